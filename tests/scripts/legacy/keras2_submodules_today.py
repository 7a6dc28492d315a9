import keras
from keras import Input, Model
from keras.layers import (
    ELU, GRU, LSTM, BatchNormalization, Bidirectional, Concatenate, Conv1D, Dense, Dropout, Embedding,
    GaussianNoise, GlobalAveragePooling1D, LeakyReLU, MaxPooling1D, SpatialDropout1D, TimeDistributed, UpSampling1D, add,
)

tokens = Input(shape=(100,))
x = Embedding(3000, 48)(tokens)
x = SpatialDropout1D(0.2)(x)
c = Conv1D(64, 5, padding='same')(x)
c = BatchNormalization()(c)
c = LeakyReLU(negative_slope=0.1)(c)
c = MaxPooling1D(2)(c)
c = UpSampling1D(2)(c)
r = Bidirectional(LSTM(32, return_sequences=True))(x)
r = GaussianNoise(0.05)(r)
x = add([c, r])
x = Concatenate()([x, TimeDistributed(Dense(16))(r)])
x = GRU(24, return_sequences=True, recurrent_activation='hard_sigmoid')(x)
x = ELU(alpha=1.0)(x)
x = GlobalAveragePooling1D()(x)
x = Dropout(0.3)(x)
model = Model(inputs=tokens, outputs=Dense(6, activation='sigmoid')(x))
model.compile(loss='binary_crossentropy', optimizer=keras.optimizers.Adam(learning_rate=1e-3))
