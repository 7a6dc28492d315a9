from keras.models import Sequential
from keras.layers.core import Activation, Dense, Dropout, Flatten
from keras.layers.convolutional import Convolution2D, MaxPooling2D, ZeroPadding2D
from keras.layers.normalization import BatchNormalization
from keras.optimizers import SGD
from keras.regularizers import l2

model = Sequential()
model.add(ZeroPadding2D((1, 1), input_shape=(64, 64, 3)))
model.add(Convolution2D(16, 3, 3, activation='relu'))
model.add(ZeroPadding2D((1, 1)))
model.add(Convolution2D(16, 3, 3, subsample=(2, 2), init='he_normal', bias=False))
model.add(BatchNormalization(mode=0, axis=-1))
model.add(Activation('relu'))
model.add(MaxPooling2D((2, 2), strides=(2, 2), border_mode='same'))
model.add(Convolution2D(32, nb_row=3, nb_col=1, border_mode='same', W_regularizer=l2(0.0005)))
model.add(Flatten())
model.add(Dense(output_dim=128, activation='relu', init='uniform'))
model.add(Dropout(p=0.5))
model.add(Dense(10, activation='softmax'))

sgd = SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True)
model.compile(optimizer=sgd, loss='categorical_crossentropy', class_mode='categorical')
