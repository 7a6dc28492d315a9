import keras
from keras import layers

series = keras.Input((40, 6))
cells = [layers.LSTMCell(n) for n in (32, 16)]
x = layers.RNN(cells, return_sequences=True)(series)
x = layers.Dropout(0.2)(x)
x = layers.RNN(layers.GRUCell(24, dropout=0.1), return_sequences=True)(x)
x = layers.Bidirectional(layers.RNN(layers.SimpleRNNCell(8), return_sequences=True), merge_mode="ave")(x)
x = layers.Bidirectional(
    layers.LSTM(8, return_sequences=True),
    backward_layer=layers.GRU(8, return_sequences=True, go_backwards=True),
)(x)
x = layers.SimpleRNN(4, activation="relu")(x)
model = keras.Model(series, layers.Dense(3)(x))
model.compile("adam", "mae")
