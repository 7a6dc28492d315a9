import keras
from keras import layers, ops


class ActorCritic:
    def __init__(self, obs_dim=(84, 84, 4), n_actions=6, entropy=0.01):
        state = layers.Input(obs_dim, name="state")
        shared = self._shared(state)
        policy = layers.Dense(n_actions, activation="softmax", name="policy")(shared)
        value = layers.Dense(1, activation="linear", name="value")(shared)
        self.actor = keras.Model(state, policy, name="actor")
        self.critic = keras.Model(state, value, name="critic")
        self.both = keras.Model(inputs=state, outputs=[policy, value], name="actor_critic")
        self.entropy = entropy
        self.both.compile(
            optimizer=keras.optimizers.RMSprop(7e-4, rho=0.99),
            loss={"policy": self.policy_loss, "value": "mse"},
            loss_weights={"policy": 1.0, "value": 0.5},
        )

    def _shared(self, x):
        x = layers.Rescaling(1.0 / 255)(x)
        for filters, kernel, stride in ((16, 8, 4), (32, 4, 2)):
            x = layers.Conv2D(filters, kernel, strides=stride, activation="relu")(x)
        x = layers.Flatten()(x)
        return layers.Dense(256, activation="relu")(x)

    def policy_loss(self, advantage, probability):
        return -ops.sum(advantage * ops.log(probability + 1e-8), axis=-1)


agent = ActorCritic()
