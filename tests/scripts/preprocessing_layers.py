import keras
from keras import layers

NUMERIC = ["age", "income"]
CATEGORIES = {"city": ["paris", "rome", "oslo"], "plan": ["free", "pro"]}

inputs, encoded = [], []
for header in NUMERIC:
    col = keras.Input(shape=(1,), name=header)
    scaled = layers.Normalization(mean=0.0, variance=1.0, name=f"scale_{header}")(col)
    inputs.append(col)
    encoded.append(scaled)
for header, values in CATEGORIES.items():
    col = keras.Input(shape=(1,), name=header, dtype="int64")
    code = layers.CategoryEncoding(num_tokens=len(values) + 1, output_mode="one_hot", name=f"encode_{header}")(col)
    inputs.append(col)
    encoded.append(code)

all_features = layers.concatenate(encoded)
x = layers.Dense(32, activation="relu")(all_features)
x = layers.Dropout(0.5)(x)
output = layers.Dense(1)(x)
model = keras.Model(inputs, output)
model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
