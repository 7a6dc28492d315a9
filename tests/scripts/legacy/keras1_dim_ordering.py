import keras.backend as K
K.set_image_dim_ordering('th')
from keras.layers import Input, merge
from keras.layers.convolutional import AtrousConvolution2D, Convolution2D, Deconvolution2D, UpSampling2D
from keras.layers.normalization import BatchNormalization
from keras.layers.core import Activation, SpatialDropout2D
from keras.models import Model

inp = Input((3, 64, 64))
x = Convolution2D(16, 3, 3, border_mode='same', dim_ordering='th')(inp)
x = BatchNormalization(axis=1)(x)
x = Activation('relu')(x)
y = AtrousConvolution2D(16, 3, 3, atrous_rate=(2, 2), border_mode='same', dim_ordering='th')(x)
y = SpatialDropout2D(0.1, dim_ordering='th')(y)
x = merge([x, y], mode='concat', concat_axis=1, name='joined')
x = Convolution2D(16, 2, 2, subsample=(2, 2), dim_ordering='th')(x)
x = UpSampling2D((2, 2), dim_ordering='th')(x)
model = Model(inp, Convolution2D(2, 1, 1, activation='sigmoid', dim_ordering='th')(x))
