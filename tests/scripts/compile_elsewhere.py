from keras import Sequential, losses, metrics, optimizers
from keras.layers import BatchNormalization, Conv1D, Dense, GlobalAveragePooling1D, Input, ReLU

LEARNING_RATE = 5e-4


def make_model(shape=(500, 1)):
    stack = [Input(shape)]
    for _ in range(3):
        stack += [Conv1D(64, 3, padding="same"), BatchNormalization(), ReLU()]
    stack.append(GlobalAveragePooling1D())
    stack.append(Dense(2))
    return Sequential(stack, name="ford")


def loss_for(name):
    choices = {
        "xent": losses.SparseCategoricalCrossentropy(from_logits=True, name="xent"),
        "hinge": losses.CategoricalHinge(),
    }
    return choices[name]


def prepare(network, loss):
    network.compile(
        optimizer=optimizers.Adam(learning_rate=LEARNING_RATE),
        loss=loss_for(loss),
        metrics=[metrics.SparseCategoricalAccuracy()],
    )
    return network


model = make_model()
alias = model
prepare(alias, "xent")
