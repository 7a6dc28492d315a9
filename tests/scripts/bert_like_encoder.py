from dataclasses import dataclass, replace
from typing import Optional

import keras
from keras import layers, ops


@dataclass
class EncoderConfig:
    vocab: int = 1000
    hidden: int = 32
    depth: int = 2
    heads: int = 2
    intermediate: Optional[int] = None
    dropout: float = 0.1
    pre_norm: bool = False

    def __post_init__(self):
        if self.intermediate is None:
            self.intermediate = self.hidden * 4


class Encoder:
    """Builds the layers on first use, like a module; not a Keras layer itself."""

    def __init__(self, config, name="encoder"):
        self.c = config
        self.name = name
        self._blocks = None

    @property
    def blocks(self):
        if self._blocks is None:
            self._blocks = [self._make(i) for i in range(self.c.depth)]
        return self._blocks

    def _make(self, i):
        def named(suffix):
            return f"{self.name}_{i}_{suffix}"

        return {
            "attention": layers.MultiHeadAttention(self.c.heads, self.c.hidden // self.c.heads, dropout=self.c.dropout, name=named("attention")),
            "norms": (layers.LayerNormalization(epsilon=1e-12, name=named("norm1")), layers.LayerNormalization(epsilon=1e-12, name=named("norm2"))),
            "mlp": [
                layers.Dense(self.c.intermediate, activation="gelu", name=named("up")),
                layers.Dense(self.c.hidden, name=named("down")),
                layers.Dropout(self.c.dropout, name=named("drop")),
            ],
        }

    def __call__(self, x, mask=None):
        for block in self.blocks:
            first, second = block["norms"]
            residual = x
            y = first(x) if self.c.pre_norm else x
            y = block["attention"](y, y, attention_mask=mask)
            x = residual + y
            x = x if self.c.pre_norm else first(x)
            y = second(x) if self.c.pre_norm else x
            for layer in block["mlp"]:
                y = layer(y)
            x = layers.add([x, y])
            if not self.c.pre_norm:
                x = second(x)
        return x


def classifier(config, labels, length=24):
    ids = keras.Input((length,), dtype="int32", name="ids")
    positions = keras.Input((length,), dtype="int32", name="positions")
    x = layers.Embedding(config.vocab, config.hidden, name="tokens")(ids)
    x = x + layers.Embedding(length, config.hidden, name="places")(positions)
    x = layers.Dropout(config.dropout, name="embedding_drop")(layers.LayerNormalization(name="embedding_norm")(x))
    x = Encoder(config)(x)
    pooled = layers.Dense(config.hidden, activation="tanh", name="pooler")(x[:, 0])
    return keras.Model([ids, positions], layers.Dense(labels, name="logits")(pooled), name="bert" + ("_pre" if config.pre_norm else ""))


base = EncoderConfig()
post = classifier(base, 3)
pre = classifier(replace(base, pre_norm=True, depth=1, intermediate=64), labels=2)
for m in (post, pre):
    m.compile(keras.optimizers.AdamW(5e-5), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
