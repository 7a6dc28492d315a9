import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Bidirectional, Dense, Dropout, Embedding, Input, Layer, LSTM


class Attention(Layer):
    def __init__(self, return_sequences=False, **kwargs):
        self.return_sequences = return_sequences
        super(Attention, self).__init__(**kwargs)

    def build(self, input_shape):
        self.W = self.add_weight(name="att_weight", shape=(input_shape[-1], 1), initializer="normal")
        self.b = self.add_weight(name="att_bias", shape=(input_shape[1], 1), initializer="zeros")
        super(Attention, self).build(input_shape)

    def call(self, x):
        e = keras.ops.tanh(keras.ops.matmul(x, self.W) + self.b)
        a = keras.ops.softmax(e, axis=1)
        output = x * a
        if self.return_sequences:
            return output
        return keras.ops.sum(output, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])


VOCAB, MAXLEN = 5000, 60
words = Input(shape=(MAXLEN,), dtype="int32", name="words")
x = Embedding(VOCAB, 50, mask_zero=False)(words)
x = Bidirectional(LSTM(64, return_sequences=True))(x)
x = Dropout(0.3)(x)
x = Attention()(x)
x = Dense(64, activation="relu")(x)
prob = Dense(1, activation="sigmoid")(x)
model = keras.Model(words, prob)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["AUC"])
