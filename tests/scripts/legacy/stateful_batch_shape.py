from keras.models import Sequential
from keras.layers import LSTM, Dense, Dropout, TimeDistributed

batch_size, steps, features = 16, 20, 5

model = Sequential()
model.add(LSTM(50, batch_input_shape=(batch_size, steps, features), return_sequences=True, stateful=True))
model.add(Dropout(0.2))
model.add(LSTM(50, return_sequences=True, stateful=True, implementation=2))
model.add(TimeDistributed(Dense(1)))
model.compile(loss='mean_squared_error', optimizer='adam')
