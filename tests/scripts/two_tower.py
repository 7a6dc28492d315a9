import keras
from keras import layers

N_USERS, N_ITEMS, DIM = 6041, 3953, 32


def tower(n, prefix):
    ids = keras.Input((1,), name=prefix + "_id")
    vector = layers.Embedding(n, DIM, name=prefix + "_embedding", embeddings_regularizer="l2")(ids)
    vector = layers.Flatten(name=prefix + "_flat")(vector)
    bias = layers.Flatten(name=prefix + "_bias_flat")(layers.Embedding(n, 1, name=prefix + "_bias")(ids))
    return ids, vector, bias


user, user_vector, user_bias = tower(N_USERS, "user")
item, item_vector, item_bias = tower(N_ITEMS, "item")
dot = layers.Dot(axes=1, name="affinity")([user_vector, item_vector])
rating = layers.Add(name="biased")([dot, user_bias, item_bias])
rating = layers.Lambda(lambda x: x * 4 + 1, name="scale")(layers.Activation("sigmoid", name="squash")(rating))
recommender = keras.Model([user, item], rating, name="recommender")
recommender.compile(loss=keras.losses.MeanSquaredError(), optimizer=keras.optimizers.Adagrad(0.05))
