# A Sequential with a frozen backbone in front, as in many competition kernels.
from tensorflow.keras.applications import ResNet50
from tensorflow.keras.applications.resnet50 import preprocess_input
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.image import ImageDataGenerator

NUM_CLASSES = 2
IMAGE_RESIZE = 64
RESNET50_POOLING_AVERAGE = "avg"
DENSE_LAYER_ACTIVATION = "softmax"
OBJECTIVE_FUNCTION = "categorical_crossentropy"
LOSS_METRICS = ["accuracy"]

model = Sequential()
model.add(
    ResNet50(
        include_top=False,
        pooling=RESNET50_POOLING_AVERAGE,
        weights=None,
        input_shape=(IMAGE_RESIZE, IMAGE_RESIZE, 3),
    )
)
model.add(Dense(NUM_CLASSES, activation=DENSE_LAYER_ACTIVATION))
model.layers[0].trainable = False

model.compile(optimizer="sgd", loss=OBJECTIVE_FUNCTION, metrics=LOSS_METRICS)


def generators(root):
    flow = ImageDataGenerator(preprocessing_function=preprocess_input)
    return flow.flow_from_directory(root, target_size=(IMAGE_RESIZE, IMAGE_RESIZE))
