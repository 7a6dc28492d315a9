import numpy as np
from keras import layers
from keras.models import Model

field_dims = np.array([943, 1682, 21])
embed = 8

fields = [layers.Input(shape=(1,), dtype="int32", name="field%d" % i) for i in range(3)]
sizes = [943, 1682, 21]
wide = layers.Concatenate(name="wide")([layers.Flatten()(layers.Embedding(n, 1)(f)) for n, f in zip(sizes, fields)])
deep = layers.Concatenate(name="deep")([layers.Flatten()(layers.Embedding(n, embed)(f)) for n, f in zip(sizes, fields)])
for units in (64, 32):
    deep = layers.Dense(units)(deep)
    deep = layers.BatchNormalization()(deep)
    deep = layers.Activation("relu")(deep)
    deep = layers.Dropout(0.2)(deep)
joined = layers.concatenate([wide, deep])
click = layers.Dense(1, activation="sigmoid", name="click")(joined)
model = Model(inputs=fields, outputs=click)
model.compile("adam", "binary_crossentropy", metrics=["AUC"])
