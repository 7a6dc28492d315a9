from tensorflow.keras import layers as L
from tensorflow.keras import models as M
import tensorflow.keras.optimizers as O
import tensorflow.keras.regularizers as R

net = M.Sequential(name="speech_commands")
net.add(L.Input((98, 40)))
for n_filters in (64, 64, 128):
    net.add(L.Conv1D(n_filters, 3, padding="same", kernel_regularizer=R.L2(1e-5)))
    net.add(L.BatchNormalization())
    net.add(L.ReLU())
    net.add(L.MaxPooling1D(2))
net.add(L.SpatialDropout1D(0.1))
net.add(L.GlobalMaxPooling1D())
net.add(L.Dense(12))
net.add(L.Softmax())
net.compile(
    optimizer=O.SGD(learning_rate=0.01, momentum=0.9, nesterov=True),
    loss="sparse_categorical_crossentropy",
)
