from keras import Input, Model
from keras.layers import Activation, BatchNormalization, Concatenate, Conv2D, SpatialDropout2D, UpSampling2D

inp = Input((3, 64, 64))
x = Conv2D(16, (3, 3), padding='same', data_format='channels_first')(inp)
x = BatchNormalization(axis=1)(x)
x = Activation('relu')(x)
y = Conv2D(16, (3, 3), dilation_rate=(2, 2), padding='same', data_format='channels_first')(x)
y = SpatialDropout2D(0.1, data_format='channels_first')(y)
x = Concatenate(axis=1, name='joined')([x, y])
x = Conv2D(16, (2, 2), strides=(2, 2), data_format='channels_first')(x)
x = UpSampling2D((2, 2), data_format='channels_first')(x)
model = Model(inp, Conv2D(2, (1, 1), activation='sigmoid', data_format='channels_first')(x))
