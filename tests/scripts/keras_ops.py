import keras
from keras import layers
from keras import ops as K
from keras.ops import concatenate as concat, relu


def channel_attention(x, ratio=4):
    channels = x.shape[-1]
    shared = [layers.Dense(channels // ratio, activation="relu"), layers.Dense(channels)]
    avg = K.mean(x, axis=(1, 2), keepdims=True)
    peak = K.max(x, axis=(1, 2), keepdims=True)
    for dense in shared:
        avg, peak = dense(avg), dense(peak)
    return x * K.sigmoid(K.add(avg, peak))


def spatial_attention(x):
    avg = keras.ops.mean(x, axis=-1, keepdims=True)
    peak = keras.ops.max(x, axis=-1, keepdims=True)
    mask = layers.Conv2D(1, 7, padding="same", activation="sigmoid")(concat([avg, peak], axis=-1))
    return K.multiply(x, mask)


image = keras.Input((28, 28, 3), name="image")
x = relu(layers.Conv2D(16, 3, padding="same")(image))
x = spatial_attention(channel_attention(x))
x = K.reshape(x, (-1, 14, 56, 16))
x = K.transpose(x, (0, 2, 1, 3))
x = K.squeeze(K.expand_dims(x, axis=1), axis=1)
x = K.average_pool(x, 2)
x = K.clip(x, 0, 6)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(image, K.softmax(layers.Dense(4)(x)), name="cbam")
