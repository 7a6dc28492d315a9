from keras import Model, layers, ops


class BasicBlock(layers.Layer):
    """One unit of the network; a custom layer, so closed to whoever reads the model."""

    def __init__(self, filters, stride=1):
        super().__init__()
        self.conv1 = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)
        self.bn1 = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.bn2 = layers.BatchNormalization()
        self.project = layers.Conv2D(filters, 1, strides=stride) if stride != 1 else (lambda x: x)

    def call(self, inputs):
        x = ops.relu(self.bn1(self.conv1(inputs)))
        x = self.bn2(self.conv2(x))
        return ops.relu(x + self.project(inputs))


class ResNet(Model):
    def __init__(self, blocks, classes=10, **kwargs):
        super().__init__(**kwargs)
        self.stem = layers.Conv2D(16, 3, padding="same", activation="relu")
        self.blocks = []
        for stage, count in enumerate(blocks):
            for index in range(count):
                stride = 2 if stage > 0 and index == 0 else 1
                self.blocks.append(BasicBlock(16 * 2**stage, stride))
        self.pool = layers.GlobalAveragePooling2D()
        self.head = layers.Dense(classes)

    def call(self, images):
        x = self.stem(images)
        for block in self.blocks:
            x = block(x)
        return self.head(self.pool(x))


def resnet8(**kwargs):
    return ResNet([1, 1, 1], **kwargs)


model = resnet8(name="resnet8")
model(ops.zeros((1, 32, 32, 3)))
