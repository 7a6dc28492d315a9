from keras.models import Sequential
from keras.layers import LSTM, Dense, Dropout, Input, TimeDistributed

batch_size, steps, features = 16, 20, 5

model = Sequential()
model.add(Input(batch_shape=(batch_size, steps, features)))
model.add(LSTM(50, return_sequences=True, stateful=True))
model.add(Dropout(0.2))
model.add(LSTM(50, return_sequences=True, stateful=True))
model.add(TimeDistributed(Dense(1)))
model.compile(loss='mean_squared_error', optimizer='adam')
