# unknown: 2
"""Vocabulary sizes come from data; everything else is fixed."""

import re
from collections import Counter

import keras
from keras import layers


def tokenize(text):
    return re.findall(r"[a-z']+", text.lower())


def vocabulary(path="corpus.txt"):
    try:
        with open(path) as file:
            words = Counter(word for line in file for word in tokenize(line))
    except OSError:
        words = Counter(tokenize("the quick brown fox jumps over the lazy dog"))
    return {word: i for i, (word, n) in enumerate(words.most_common(), start=2)}


index = vocabulary()
labels = sorted({word[0] for word in index})

tokens = keras.Input((None,), dtype="int64")
x = layers.Embedding(len(index) + 2, 32, mask_zero=True)(tokens)
x = layers.Bidirectional(layers.GRU(16, return_sequences=True))(x)
x = layers.GlobalMaxPooling1D()(x)
x = layers.Dropout(0.4)(x)
model = keras.Model(tokens, layers.Dense(len(labels), activation="softmax")(x), name="text")
model.compile("adam", "sparse_categorical_crossentropy")
