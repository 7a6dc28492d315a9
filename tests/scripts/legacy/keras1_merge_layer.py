from keras.models import Sequential
from keras.layers import Dense, Dropout, LSTM, Merge

left = Sequential(name='left')
left.add(Dense(32, input_dim=784, name='l1'))
right = Sequential(name='right')
right.add(LSTM(16, input_dim=8, input_length=20, name='r1'))
right.add(Dropout(0.2, name='r2'))

model = Sequential(name='joined')
model.add(Merge([left, right], mode='concat', name='merged'))
model.add(Dense(10, activation='softmax', name='classes'))
model.compile(optimizer='rmsprop', loss='categorical_crossentropy')
