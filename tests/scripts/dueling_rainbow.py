import keras
from keras import layers, ops
from keras.saving import register_keras_serializable


@register_keras_serializable()
class NoisyDense(layers.Dense):
    def __init__(self, units, sigma=0.5, **kwargs):
        self.sigma = sigma
        super().__init__(units, **kwargs)

    def get_config(self):
        return super().get_config() | dict(sigma=self.sigma)


class Rainbow:
    ATOMS = 11

    def __init__(self, actions, frames=4, noisy=True, *, dueling=True, size=84):
        self.actions, self.noisy, self.dueling = actions, noisy, dueling
        self.frames, self.size = frames, size
        self.online, self.target = (self.network(n) for n in ("online", "target"))
        self.target.trainable = False

    @property
    def dense(self):
        return NoisyDense if self.noisy else layers.Dense

    def torso(self, x):
        spec = [dict(filters=16, kernel_size=8, strides=4), dict(filters=32, kernel_size=4, strides=2)]
        return layers.Flatten()(self.reduce(spec, x))

    @staticmethod
    def reduce(spec, x):
        for kw in spec:
            x = layers.Conv2D(activation="relu", **kw)(x)
        return x

    def stream(self, x, outputs, name):
        x = self.dense(64, activation="relu", name=f"{name}_hidden")(x)
        return self.dense(outputs * self.ATOMS, name=f"{name}_out")(x)

    def network(self, name):
        frames = layers.Input((self.size, self.size, self.frames), name=f"{name}_frames")
        x = self.torso(layers.Rescaling(1 / 255.0)(frames))
        advantage = layers.Reshape((self.actions, self.ATOMS))(self.stream(x, self.actions, f"{name}_advantage"))
        if self.dueling:
            value = layers.Reshape((1, self.ATOMS))(self.stream(x, 1, f"{name}_value"))
            logits = value + advantage - ops.mean(advantage, axis=1, keepdims=True)
        else:
            logits = advantage
        return keras.Model(frames, layers.Softmax(axis=-1, name=f"{name}_policy")(logits), name=name)


agent = Rainbow(6)
agent.online.compile(keras.optimizers.Adam(6.25e-5, epsilon=1.5e-4), loss="categorical_crossentropy")
plain = Rainbow(2, noisy=False, dueling=False, size=42).online
