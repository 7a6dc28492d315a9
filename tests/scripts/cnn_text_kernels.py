"""Sentence classification: parallel convolutions of several widths over word vectors."""

from keras import layers, models, regularizers

sequence_length = 56
vocabulary_size = 18765
embedding_dim = 64
filter_sizes = [3, 4, 5]
num_filters = 32
drop = 0.5


def text_cnn():
    tokens = layers.Input(shape=(sequence_length,), dtype="int32")
    embedding = layers.Embedding(input_dim=vocabulary_size, output_dim=embedding_dim)(tokens)
    reshape = layers.Reshape((sequence_length, embedding_dim, 1))(embedding)

    pooled = []
    for size in filter_sizes:
        conv = layers.Conv2D(
            num_filters,
            kernel_size=(size, embedding_dim),
            padding="valid",
            kernel_initializer="normal",
            activation="relu",
        )(reshape)
        pool = layers.MaxPooling2D(
            pool_size=(sequence_length - size + 1, 1), strides=(1, 1), padding="valid"
        )(conv)
        pooled.append(pool)

    merged = layers.Concatenate(axis=1)(pooled)
    flat = layers.Flatten()(merged)
    dropped = layers.Dropout(drop)(flat)
    output = layers.Dense(2, activation="softmax", kernel_regularizer=regularizers.l2(0.01))(dropped)
    return models.Model(inputs=tokens, outputs=output)


model = text_cnn()
model.compile("adam", "categorical_crossentropy", metrics=["accuracy", "mse"])
