import tensorflow as tf
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, GlobalAveragePooling2D, MaxPool2D

face = Input((64, 64, 3), name="face")
h = face
for width in [16, 32, 64]:
    h = Conv2D(width, 3, activation="relu", padding="same")(h)
    h = MaxPool2D()(h)
h = GlobalAveragePooling2D()(h)
h = Dropout(0.3)(h)

age_hidden = Dense(64, activation="relu", name="age_hidden")(h)
age = Dense(1, name="age")(age_hidden)
gender = Dense(1, activation="sigmoid", name="gender")(h)
ethnicity = Dense(5, activation="softmax", name="ethnicity")(h)

model = Model(inputs=face, outputs=[age, gender, ethnicity], name="faces")

losses = {
    "age": "mae",
    "gender": tf.keras.losses.BinaryCrossentropy(),
    "ethnicity": "sparse_categorical_crossentropy",
}
loss_weights = {"age": 0.1, "gender": 1.0, "ethnicity": 1.0}
metrics = {"age": "mse", "gender": ["accuracy", "AUC"], "ethnicity": ["accuracy"]}
model.compile(tf.keras.optimizers.Nadam(1e-3), loss=losses, loss_weights=loss_weights, metrics=metrics)
