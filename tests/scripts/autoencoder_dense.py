from keras.layers import Dense, Input
from keras.models import Model
from keras import regularizers

encoding_dim = 32
input_img = Input(shape=(784,))
encoded = Dense(encoding_dim, activation="relu", activity_regularizer=regularizers.l1(10e-5))(input_img)
decoded = Dense(784, activation="sigmoid")(encoded)

autoencoder = Model(input_img, decoded)
encoder = Model(input_img, encoded)

encoded_input = Input(shape=(encoding_dim,))
decoder_layer = autoencoder.layers[-1]
decoder = Model(encoded_input, decoder_layer(encoded_input))

autoencoder.compile(optimizer="adadelta", loss="binary_crossentropy")
