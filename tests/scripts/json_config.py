import json

from tensorflow import keras

CONFIG = json.loads(
    """
    {
        "input": [128, 9],
        "lstm": {"units": 64, "layers": 2, "dropout": 0.25},
        "classes": 6,
        "optimizer": {"name": "adam", "learning_rate": 0.0005}
    }
    """
)

lstm = CONFIG["lstm"]
signal = keras.layers.Input(CONFIG["input"])
x = signal
for layer in range(1, lstm["layers"] + 1):
    last = layer == lstm["layers"]
    x = keras.layers.LSTM(lstm["units"], return_sequences=not last, name="lstm_%d" % layer)(x)
    x = keras.layers.Dropout(lstm["dropout"], name="drop_%d" % layer)(x)
activity = keras.layers.Dense(CONFIG["classes"], activation="softmax", name="activity")(x)
model = keras.models.Model(signal, activity, name="har")
model.compile(loss="categorical_crossentropy", optimizer=CONFIG["optimizer"]["name"])
