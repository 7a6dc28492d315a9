"""Layers and models called with every kind of argument."""

import keras
from keras import layers


def encoder():
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    types = keras.Input((None,), dtype="int32", name="types")
    x = layers.Embedding(500, 16, name="word")(tokens) + layers.Embedding(2, 16, name="type")(types)
    x = layers.LayerNormalization(name="norm")(x)
    y = layers.MultiHeadAttention(2, 8, name="self")(query=x, value=x, use_causal_mask=True)
    x = layers.Add(name="residual")([x, y])
    pooled = layers.GlobalAveragePooling1D(name="pooled")(x)
    return keras.Model([tokens, types], [x, pooled], name="encoder")


bert = encoder()
question = keras.Input((20,), dtype="int32", name="question")
answer = keras.Input((30,), dtype="int32", name="answer")
kinds = [keras.Input((n,), dtype="int32", name=f"kinds{n}") for n in (20, 30)]
q_sequence, q_pooled = bert([question, kinds[0]])
a_sequence, a_pooled = bert([answer, kinds[1]], training=False)
attended = layers.MultiHeadAttention(num_heads=1, key_dim=8, name="cross")(q_sequence, value=a_sequence, key=a_sequence)
mc = layers.Dropout(0.3, name="always")(attended, training=True)
state = layers.GRU(8, name="first")(mc)
x = layers.GRU(8, return_sequences=True, name="second")(a_sequence, initial_state=state)
x = layers.BatchNormalization(name="frozen")(inputs=x, training=False)
x = layers.Flatten(name="flat")(x[:, -1])
x = layers.Concatenate(name="joined")([x, q_pooled, a_pooled])
score = layers.Dense(1, name="score")(x)
model = keras.Model([question, answer, *kinds], score, name="ranker")
model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
