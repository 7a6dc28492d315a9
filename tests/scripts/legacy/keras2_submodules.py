import keras
from keras.engine import Model
from keras.engine.topology import Input
from keras.layers.advanced_activations import ELU, LeakyReLU
from keras.layers.convolutional import Conv1D, UpSampling1D
from keras.layers.embeddings import Embedding
from keras.layers.merge import Concatenate, add
from keras.layers.noise import GaussianNoise
from keras.layers.normalization import BatchNormalization
from keras.layers.pooling import GlobalAveragePooling1D, MaxPooling1D
from keras.layers.recurrent import GRU, LSTM
from keras.layers.wrappers import Bidirectional, TimeDistributed
from keras.layers.core import Dense, Dropout, SpatialDropout1D

tokens = Input(shape=(100,))
x = Embedding(3000, 48, input_length=100)(tokens)
x = SpatialDropout1D(0.2)(x)
c = Conv1D(64, 5, padding='same')(x)
c = BatchNormalization()(c)
c = LeakyReLU(alpha=0.1)(c)
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
model.compile(loss='binary_crossentropy', optimizer=keras.optimizers.Adam(lr=1e-3, decay=0.0))
