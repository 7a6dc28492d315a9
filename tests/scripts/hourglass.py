import keras
import keras.layers as KL
import keras.models as KM


def bottleneck(x, out, name):
    """Pre-activation bottleneck with a projection where the number of channels changes."""
    if x.shape[-1] == out:
        skip = x
    else:
        skip = KL.Conv2D(out, 1, padding="same", activation="relu", name=name + "skip")(x)
    y = x
    for size, channels, suffix in [(1, out // 2, "a"), (3, out // 2, "b"), (1, out, "c")]:
        y = KL.BatchNormalization(name=name + "bn_" + suffix)(y)
        y = KL.Activation("relu", name=name + "relu_" + suffix)(y)
        y = KL.Conv2D(channels, size, padding="same", name=name + "conv_" + suffix)(y)
    return KL.Add(name=name + "residual")([skip, y])


def hourglass(x, depth, channels, prefix):
    upper = bottleneck(x, channels, f"{prefix}_{depth}_up_")
    lower = KL.MaxPool2D((2, 2), name=f"{prefix}_{depth}_pool")(x)
    lower = bottleneck(lower, channels, f"{prefix}_{depth}_in_")
    if depth > 1:
        lower = hourglass(lower, depth - 1, channels, prefix)
    else:
        lower = bottleneck(lower, channels, f"{prefix}_{depth}_mid_")
    lower = bottleneck(lower, channels, f"{prefix}_{depth}_out_")
    lower = KL.UpSampling2D(name=f"{prefix}_{depth}_grow")(lower)
    return KL.Add(name=f"{prefix}_{depth}_merge")([upper, lower])


def create(num_classes, num_stacks, channels, shape):
    image = KL.Input(shape=shape, name="image")
    x = KL.Conv2D(channels, 7, strides=2, padding="same", activation="relu", name="stem")(image)
    x = KL.BatchNormalization(name="stem_bn")(x)
    heatmaps = []
    for i in range(num_stacks):
        y = hourglass(x, 2, channels, f"hg{i}")
        head = KL.Conv2D(channels, 1, activation="relu", name=f"hg{i}_head")(y)
        heat = KL.Conv2D(num_classes, 1, activation="linear", name=f"hg{i}_heat")(head)
        heatmaps.append(heat)
        if i + 1 < num_stacks:
            back = [KL.Conv2D(channels, 1, name=f"hg{i}_{n}")(t) for n, t in (("h", head), ("m", heat))]
            x = KL.Add(name=f"hg{i}_next")([x, *back])
    return KM.Model(inputs=image, outputs=heatmaps, name="hourglass")


network = create(16, 2, 16, (64, 64, 3))
network.compile(optimizer=keras.optimizers.RMSprop(5e-4), loss="mse", metrics=["mae"])
