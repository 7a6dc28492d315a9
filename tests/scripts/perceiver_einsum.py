import keras
from keras import layers, ops


def cross_attention(queries, memory, dim):
    q = layers.EinsumDense("bnd,dh->bnh", output_shape=(None, dim), bias_axes="h")(queries)
    k = layers.Dense(dim, use_bias=False)(memory)
    v = layers.Dense(dim, use_bias=False)(memory)
    x = layers.Attention(use_scale=True)([q, v, k])
    x = layers.Add()([x, queries])
    return layers.LayerNormalization(epsilon=1e-5)(x)


def feed_forward(x, dim):
    y = layers.Dense(4 * dim, activation="gelu")(x)
    y = layers.Dense(dim)(y)
    y = layers.Dropout(0.1)(y)
    return layers.LayerNormalization(epsilon=1e-5)(x + y)


patches = keras.Input((64, 48), name="patches")
memory = layers.Dense(32)(patches)
latents = ops.mean(memory, axis=1, keepdims=True)
latents = ops.repeat(latents, 8, axis=1)
for block in range(2):
    latents = cross_attention(latents, memory, 32)
    latents = feed_forward(latents, 32)
pooled = layers.GlobalAveragePooling1D()(latents)
model = keras.Model(patches, layers.Dense(10)(pooled), name="perceiver")
model.compile("adamw", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
