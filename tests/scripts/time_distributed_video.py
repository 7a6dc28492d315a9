import keras
from keras.layers import (
    GRU, LSTM, Bidirectional, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, TimeDistributed,
)

FRAMES, SIZE = 8, 32

frame_encoder = keras.Sequential(name="frame_encoder")
frame_encoder.add(Input((SIZE, SIZE, 3)))
frame_encoder.add(Conv2D(8, 3, activation="relu"))
frame_encoder.add(MaxPooling2D())
frame_encoder.add(Flatten())

video = Input(shape=(FRAMES, SIZE, SIZE, 3))
x = TimeDistributed(frame_encoder)(video)
x = TimeDistributed(Dense(32, activation="relu"), name="project")(x)
x = TimeDistributed(Dropout(0.2))(x)
x = Bidirectional(LSTM(16, return_sequences=True), merge_mode="sum")(x)
x = Bidirectional(
    layer=GRU(8),
    merge_mode="concat",
)(x)
x = Dropout(0.5)(x)
model = keras.Model(video, Dense(6, activation="softmax")(x))
model.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["acc"])
