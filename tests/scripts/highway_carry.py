from keras import Input, Model, initializers, layers, ops


class Highway:
    """Not a layer: an object that applies several layers when it is called."""

    def __init__(self, units, bias=-2.0):
        self.transform = layers.Dense(units, activation="sigmoid", bias_initializer=initializers.Constant(bias))
        self.hidden = layers.Dense(units, activation="relu")

    def __call__(self, x):
        gate = self.transform(x)
        carried = layers.Multiply()([ops.subtract(1.0, gate), x])
        return layers.Add()([layers.Multiply()([gate, self.hidden(x)]), carried])


features = Input((50,))
x = layers.Dense(32, activation="relu")(features)
for _ in range(3):
    x = Highway(32)(x)
x = layers.Dropout(0.2)(x)
model = Model(features, layers.Dense(10, activation="softmax")(x))
model.compile(optimizer="sgd", loss="categorical_crossentropy")
