from keras.models import Sequential
from keras.layers import Activation, Dense, Dropout, Flatten
from keras.layers import Conv2D, MaxPooling2D, ZeroPadding2D
from keras.layers import BatchNormalization
from keras.optimizers import SGD
from keras.regularizers import l2

model = Sequential()
model.add(ZeroPadding2D((1, 1), input_shape=(64, 64, 3)))
model.add(Conv2D(16, (3, 3), activation='relu'))
model.add(ZeroPadding2D((1, 1)))
model.add(Conv2D(16, (3, 3), strides=(2, 2), kernel_initializer='he_normal', use_bias=False))
model.add(BatchNormalization(axis=-1))
model.add(Activation('relu'))
model.add(MaxPooling2D((2, 2), strides=(2, 2), padding='same'))
model.add(Conv2D(32, (3, 1), padding='same', kernel_regularizer=l2(0.0005)))
model.add(Flatten())
model.add(Dense(units=128, activation='relu', kernel_initializer='uniform'))
model.add(Dropout(rate=0.5))
model.add(Dense(10, activation='softmax'))

sgd = SGD(learning_rate=0.1, weight_decay=1e-6, momentum=0.9, nesterov=True)
model.compile(optimizer=sgd, loss='categorical_crossentropy')
