# unknown: 1
"""Everything that compile accepts."""

from functools import partial

import keras
from keras import layers, losses, metrics, optimizers


def net(name, units=1, activation=None):
    return keras.Sequential([keras.Input((8,)), layers.Dense(units, activation=activation, name="out")], name=name)


def smape(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred) / (keras.ops.abs(y_true) + keras.ops.abs(y_pred)))


schedule = optimizers.schedules.ExponentialDecay(0.1, 1000, 0.9)
options = {"optimizer": optimizers.SGD(schedule, momentum=0.9), "metrics": [smape, "mape"]}
a = net("a")
a.compile(loss=smape, **options)
b = net("b", 3, "softmax")
b.compile(loss=losses.get("categorical_crossentropy"), optimizer=optimizers.get("rmsprop"))
c = net("c")
c.compile(loss=[losses.Huber(delta=2.0)], optimizer="nadam", metrics=[[metrics.MeanAbsoluteError()]])
d = net("d", activation="sigmoid")
d.compile("adam", "mse")
d.compile(optimizer="adamw", loss="bce", metrics=["acc"])
e = net("e")
e.compile()
f = net("f", 4)
loss = losses.SparseCategoricalCrossentropy(True)
f.compile(optimizers.Lion(1e-4), loss, weighted_metrics=["accuracy"], run_eagerly=False, jit_compile=False)
g = net("g", activation="tanh")
build_optimizer = partial(optimizers.Adam, clipnorm=1.0)
g.compile(build_optimizer(learning_rate=2e-4), {"out": "squared_hinge"}, {"out": "mae"})
compiled = [m for m in (a, b, c, d, f, g) if m.optimizer is not None]
