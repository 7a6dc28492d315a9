"""Three inputs share every layer; no model is nested."""

import keras
from keras import layers

shared = [
    layers.Conv2D(32, 3, activation="relu", name="shared_conv"),
    layers.MaxPooling2D(name="shared_pool"),
    layers.Flatten(name="shared_flat"),
    layers.Dense(64, name="embedding"),
    layers.UnitNormalization(name="unit"),
]


def embed(image):
    for layer in shared:
        image = layer(image)
    return image


anchor, positive, negative = (keras.Input((32, 32, 1), name=n) for n in ("anchor", "positive", "negative"))
e_anchor, e_positive, e_negative = map(embed, [anchor, positive, negative])
near = layers.Dot(axes=1, name="near")([e_anchor, e_positive])
far = layers.Dot(axes=1, name="far")([e_anchor, e_negative])
margin = layers.Subtract(name="margin")([near, far])
triplet = keras.Model(inputs=[anchor, positive, negative], outputs=margin, name="triplet")
triplet.compile(optimizer="adam", loss=lambda y_true, y_pred: keras.ops.relu(0.2 - y_pred))
