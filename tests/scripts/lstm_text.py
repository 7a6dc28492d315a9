from keras.layers import LSTM, Dense, Dropout, Embedding, SpatialDropout1D
from keras.models import Sequential

max_features = 20000
maxlen = 80
batch_size = 32

print("Build model...")
model = Sequential()
model.add(Embedding(max_features, 128))
model.add(SpatialDropout1D(0.2))
model.add(LSTM(128, dropout=0.2, recurrent_dropout=0.2))
model.add(Dropout(0.5))
model.add(Dense(1, activation="sigmoid"))
model.build((None, maxlen))

model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
