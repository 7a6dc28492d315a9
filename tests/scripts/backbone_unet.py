"""A pretrained encoder inside a segmentation network: skips are its inner layers."""

import keras
from keras import layers

SIZE = 64
SKIPS = ["block_1_expand_relu", "block_3_expand_relu", "block_6_expand_relu"]

encoder = keras.applications.MobileNetV2(input_shape=(SIZE, SIZE, 3), include_top=False, weights=None, alpha=0.35)
skips = [encoder.get_layer(name).output for name in SKIPS]
x = encoder.get_layer("block_13_expand_relu").output
for skip, filters in zip(reversed(skips), (64, 32, 16)):
    x = layers.Conv2DTranspose(filters, 3, strides=2, padding="same", name=f"up{filters}")(x)
    x = layers.Concatenate(name=f"join{filters}")([x, skip])
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv{filters}")(x)
    x = layers.BatchNormalization(name=f"bn{filters}")(x)
    x = layers.Activation("relu", name=f"relu{filters}")(x)
x = layers.UpSampling2D(2, name="last_up")(x)
mask = layers.Conv2D(2, 1, activation="softmax", name="mask")(x)
model = keras.Model(encoder.input, mask, name="segmenter")
model.compile("adam", "sparse_categorical_crossentropy")
