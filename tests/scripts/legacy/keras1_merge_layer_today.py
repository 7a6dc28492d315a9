from keras import Input, Model, Sequential
from keras.layers import Concatenate, Dense, Dropout, LSTM

left = Sequential([Input((784,)), Dense(32, name='l1')], name='left')
right = Sequential([Input((20, 8)), LSTM(16, name='r1'), Dropout(0.2, name='r2')], name='right')

a, b = Input((784,)), Input((20, 8))
x = Concatenate(name='merged')([left(a), right(b)])
model = Model([a, b], Dense(10, activation='softmax', name='classes')(x), name='joined')
model.compile(optimizer='rmsprop', loss='categorical_crossentropy')
