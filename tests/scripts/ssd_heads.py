"""Single-shot detector: class and box predictions from several scales, joined at the end."""

import numpy as np
from keras import Model, layers, regularizers

N_CLASSES = 4
SCALES = np.linspace(0.1, 0.9, 5)
ASPECTS = [[0.5, 1.0, 2.0]] * 4
L2 = 0.0005
TWO_BOXES_FOR_AR1 = True
VARIANCES = [0.1, 0.1, 0.2, 0.2]


def n_boxes(ratios):
    extra = 1 if (1.0 in ratios) and TWO_BOXES_FOR_AR1 else 0
    return len(ratios) + extra


n_boxes_per_layer = [n_boxes(r) for r in ASPECTS]
x = image = layers.Input(shape=(96, 96, 3))
x = layers.Lambda(lambda z: z / 127.5 - 1.0, output_shape=(96, 96, 3), name="normalise")(x)
sources = []
for i, width in enumerate([16, 24, 32, 32, 24, 24], start=1):
    x = layers.Conv2D(width, 5 if i == 1 else 3, padding="same", kernel_regularizer=regularizers.l2(L2), name=f"conv{i}")(x)
    x = layers.BatchNormalization(axis=3, momentum=0.99, name=f"bn{i}")(x)
    x = layers.ELU(name=f"elu{i}")(x)
    if i > 2:
        sources.append(x)
    if i < 6:
        x = layers.MaxPooling2D(pool_size=(2, 2), name=f"pool{i}")(x)

classes, boxes = [], []
for i, (source, n) in enumerate(zip(sources, n_boxes_per_layer), start=3):
    c = layers.Conv2D(n * N_CLASSES, 3, padding="same", name=f"classes{i}")(source)
    b = layers.Conv2D(n * 4, 3, padding="same", name=f"boxes{i}")(source)
    classes.append(layers.Reshape((-1, N_CLASSES), name=f"classes{i}_reshape")(c))
    boxes.append(layers.Reshape((-1, len(VARIANCES)), name=f"boxes{i}_reshape")(b))

classes_concat = layers.Concatenate(axis=1, name="classes_concat")(classes)
boxes_concat = layers.Concatenate(axis=1, name="boxes_concat")(boxes)
classes_softmax = layers.Activation("softmax", name="classes_softmax")(classes_concat)
predictions = layers.Concatenate(axis=2, name="predictions")([classes_softmax, boxes_concat])
model = Model(inputs=image, outputs=predictions, name="ssd")
