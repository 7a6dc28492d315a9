"""``keras.applications``: backbones of which only a summary is known.

A backbone is one opaque call in the graph, of the class ``applications.ResNet50``. What a script
takes from its inside (``base.get_layer("conv4").output``) is a further output of that call.
"""

import ast
from typing import Any, Final, NamedTuple

from convlint.kleene import UNKNOWN
from convlint.readers.source import logic
from convlint.readers.source.dispatch import reads, writes
from convlint.readers.source.inputs import input_layer
from convlint.readers.source.keras_values import Hidden, Layer, Node, Tensor
from convlint.readers.source.layers import shape_of, with_batch
from convlint.readers.source.models import set_trainable
from convlint.readers.source.operators import operation
from convlint.readers.source.plain import plain_value
from convlint.readers.source.run import Run
from convlint.readers.source.values import UNPACKED, Opaque, Value


class _Summary(NamedTuple):
    """What is known of an application.

    Attributes:
        channels: of its output without the top.
        normalizes: whether it has batch normalisation.
        strides: 32, or 0 if its size is not the input's divided by a number.
        size: of the input by default.
        scales: whether ``alpha`` changes the channels.
        takes: automatic names that making it uses up, ``"activation 20, add 8"``.
    """

    channels: int
    normalizes: bool = True
    strides: int = 32
    size: int = 224
    scales: bool = False
    takes: str = ""


_CONVNEXT: Final = "input_layer 4, functional 4, layer_normalization 1, add "
_EFFICIENT: Final = "rescaling 1, normalization 1"
_ZERO_PADDING: Final = "zero_padding2d 2"
_V2: Final = "max_pooling2d 3"
_NASNET: Final = "add 4, zero_padding2d 4, cropping2d 4, concatenate 4, activation "
SUMMARIES: Final[dict[str, _Summary]] = {
    "ConvNeXtTiny": _Summary(768, False, takes=f"{_CONVNEXT}18"),
    "ConvNeXtSmall": _Summary(768, False, takes=f"{_CONVNEXT}36"),
    "ConvNeXtBase": _Summary(1024, False, takes=f"{_CONVNEXT}36"),
    "ConvNeXtLarge": _Summary(1536, False, takes=f"{_CONVNEXT}36"),
    "ConvNeXtXLarge": _Summary(2048, False, takes=f"{_CONVNEXT}36"),
    "DenseNet121": _Summary(1024, takes=_ZERO_PADDING),
    "DenseNet169": _Summary(1664, takes=_ZERO_PADDING),
    "DenseNet201": _Summary(1920, takes=_ZERO_PADDING),
    "EfficientNetB0": _Summary(1280, takes=_EFFICIENT),
    "EfficientNetB1": _Summary(1280, size=240, takes=_EFFICIENT),
    "EfficientNetB2": _Summary(1408, size=260, takes=_EFFICIENT),
    "EfficientNetB3": _Summary(1536, size=300, takes=_EFFICIENT),
    "EfficientNetB4": _Summary(1792, size=380, takes=_EFFICIENT),
    "EfficientNetB5": _Summary(2048, size=456, takes=_EFFICIENT),
    "EfficientNetB6": _Summary(2304, size=528, takes=_EFFICIENT),
    "EfficientNetB7": _Summary(2560, size=600, takes=_EFFICIENT),
    "EfficientNetV2B0": _Summary(1280, takes=_EFFICIENT),
    "EfficientNetV2B1": _Summary(1280, size=240, takes=_EFFICIENT),
    "EfficientNetV2B2": _Summary(1408, size=260, takes=_EFFICIENT),
    "EfficientNetV2B3": _Summary(1536, size=300, takes=_EFFICIENT),
    "EfficientNetV2S": _Summary(1280, size=384, takes="rescaling 1"),
    "EfficientNetV2M": _Summary(1280, size=480, takes="rescaling 1"),
    "EfficientNetV2L": _Summary(1280, size=480, takes="rescaling 1"),
    "InceptionResNetV2": _Summary(
        1536,
        strides=0,
        size=299,
        takes="conv2d 203, batch_normalization 203, activation 203, max_pooling2d 4, "
        "average_pooling2d 1, custom_scale_layer 40",
    ),
    "InceptionV3": _Summary(
        2048,
        strides=0,
        size=299,
        takes="conv2d 94, batch_normalization 94, activation 94, max_pooling2d 4, "
        "average_pooling2d 9, concatenate 2",
    ),
    "MobileNet": _Summary(1024, scales=True),
    "MobileNetV2": _Summary(1280, scales=True),
    "MobileNetV3Large": _Summary(
        960, scales=True, takes="rescaling 1, activation 20, re_lu 19, add 8, multiply 8"
    ),
    "MobileNetV3Small": _Summary(
        576, scales=True, takes="rescaling 1, activation 18, re_lu 14, add 9, multiply 9"
    ),
    "NASNetLarge": _Summary(4032, size=331, takes=f"{_NASNET}260"),
    "NASNetMobile": _Summary(1056, takes=f"{_NASNET}188"),
    "ResNet50": _Summary(2048),
    "ResNet101": _Summary(2048),
    "ResNet152": _Summary(2048),
    "ResNet50V2": _Summary(2048, takes=_V2),
    "ResNet101V2": _Summary(2048, takes=_V2),
    "ResNet152V2": _Summary(2048, takes=_V2),
    "VGG16": _Summary(512, False),
    "VGG19": _Summary(512, False),
    "Xception": _Summary(2048, size=299, takes="conv2d 4, batch_normalization 4, add 12"),
}
"""Name of the function -> what the model that it makes is like."""

_MOBILE: Final = ("input_shape", "alpha")
_USUAL: Final = ("include_top", "weights", "input_tensor", "input_shape", "pooling", "classes")
_NAMES: Final = {"InceptionResNetV2": "inception_resnet_v2", "InceptionV3": "inception_v3"}


def make_backbone(
    run: Run, function: str, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """The model that a function of ``keras.applications`` gives."""
    summary = SUMMARIES.get(function)
    if summary is None:
        return Opaque(origin=function)
    names: tuple[str, ...] = _MOBILE if function.startswith("MobileNet") else _USUAL
    if function.startswith("NASNet"):
        names = ("input_shape", "include_top", "weights", "input_tensor", "pooling", "classes")
    if function.startswith("ConvNeXt"):
        names = ("include_top", "include_preprocessing", *_USUAL[1:])
    given = {**dict(zip(names, arguments, strict=False)), **keywords}
    start = _input(run, summary, given, site)
    config: dict[str, Any] = {
        name: plain_value(given[name])
        for name in ("include_top", "pooling", "classes", "alpha")
        if name in given
    }
    config |= {
        "normalizes": summary.normalizes,
        "pretrained": _is_pretrained(given),
        "preprocesses": _preprocesses(function, given),
        "ever_frozen": False,
    }
    layer = Layer(
        f"applications.{function}",
        config,
        _name(function, given, start),
        site,
        outputs=0,
        called=True,
        hidden={},
    )
    layer.input_shape = start.layer.input_shape
    layer.output_shape = lambda inputs: (_output_shape(summary, given, inputs),)
    layer.nodes.append(Node((start,)))
    if function.startswith("MobileNetV3") and given.get("include_top", True) is True:
        run.name("Dropout")
    for part in summary.takes.split(", ") if summary.takes else ():
        prefix, _, count = part.partition(" ")
        run.counters[prefix] = run.counters.get(prefix, 0) + int(count)
    return layer


def _is_pretrained(given: dict[str, Value]) -> Any:
    """Whether it gets weights that were trained before; the default is ImageNet's."""
    if UNPACKED in given:
        return UNKNOWN
    weights = plain_value(given.get("weights", "imagenet"))
    return UNKNOWN if weights is UNKNOWN else weights is not None


def _preprocesses(function: str, given: dict[str, Value]) -> Any:
    """Whether the model itself scales images from 0..255, as its docstring in Keras says."""
    if function.startswith("EfficientNetB"):
        return True
    if not function.startswith(("EfficientNetV2", "ConvNeXt", "MobileNetV3")):
        return False
    included = given.get("include_preprocessing", UNKNOWN if UNPACKED in given else True)
    return included if isinstance(included, bool) else UNKNOWN


def _input(run: Run, summary: _Summary, given: dict[str, Value], site: ast.AST) -> Tensor:
    tensor = given.get("input_tensor")
    if isinstance(tensor, Tensor):
        return tensor
    shape = shape_of(given.get("input_shape"))
    if shape is None:
        top = given.get("include_top", True)
        size = summary.size if top is True else None
        shape = (size, size, 3) if isinstance(top, bool) else Opaque()
    return Tensor(input_layer(run, with_batch(shape), site))


def _name(function: str, given: dict[str, Value], start: Tensor) -> str:
    name = given.get("name")
    if isinstance(name, str):
        return name
    if function in ("MobileNet", "MobileNetV2"):
        shape, alpha = start.layer.input_shape, given.get("alpha", 1.0)
        rows = shape[1] if isinstance(shape, tuple) and len(shape) == 4 else None
        rows = rows if isinstance(rows, int) else 224
        alpha = alpha if isinstance(alpha, int | float) else 1.0
        return f"{function.lower()}_{alpha:0.2f}_{rows}"
    if function.startswith("EfficientNetV2"):
        return f"efficientnetv2-{function.removeprefix('EfficientNetV2').lower()}"
    if function.startswith("MobileNetV3"):
        return function
    if function.startswith(("ConvNeXt", "NASNet")):
        prefix = "ConvNeXt" if function.startswith("ConvNeXt") else "NASNet"
        return f"{prefix.lower()}_{function.removeprefix(prefix).lower()}"
    return _NAMES.get(function, function.lower())


def _output_shape(summary: _Summary, given: dict[str, Value], inputs: tuple[Any, ...]) -> Any:
    if UNPACKED in given:
        return UNKNOWN
    top, pooling = given.get("include_top", True), given.get("pooling")
    batch = inputs[0][0] if inputs and isinstance(inputs[0], tuple) and inputs[0] else UNKNOWN
    if top is True:
        classes = given.get("classes", 1000)
        return (batch, classes if isinstance(classes, int) else UNKNOWN)
    if top is not False or not (pooling is None or isinstance(pooling, str)):
        return UNKNOWN
    plain = not summary.scales or given.keys().isdisjoint({"alpha", "minimalistic"})
    channels: Any = summary.channels if plain else UNKNOWN
    if pooling in ("avg", "max"):
        return (batch, channels)
    shape = inputs[0] if inputs and isinstance(inputs[0], tuple) and len(inputs[0]) == 4 else ()
    sizes = [_reduced(size, summary.strides) for size in shape[1:3]] or [UNKNOWN, UNKNOWN]
    return (batch, *sizes, channels)


def _reduced(size: Any, strides: int) -> Any:
    """The size behind all strides, if it is certain whatever the padding."""
    if strides and isinstance(size, int) and size % strides == 0:
        return size // strides
    return UNKNOWN


@reads(Hidden)
def _read_hidden(run: Run, hidden: Hidden, name: str) -> Value:
    if name in ("output", "input"):
        outputs = hidden.owner.hidden
        if outputs is None:
            return Opaque()
        key = (name, plain_value(hidden.key))
        try:
            place = outputs.setdefault(key, len(outputs) + 1)
        except TypeError:
            place = len(outputs) + 1
        return Tensor(hidden.owner, 0, place)
    return Opaque()


@writes(Hidden)
def _write_hidden(run: Run, hidden: Hidden, name: str, value: Value) -> None:
    if name != "trainable":
        return
    if value is not True:
        hidden.owner.config["ever_frozen"] = True
    if hidden.key is None:
        # All its layers, one by one.
        set_trainable(hidden.owner, logic.decided(run, value))
        return
    question: Any = None
    if isinstance(hidden.key, Opaque):
        question = hidden.key.key
    elif hidden.owner.hidden is None:
        question = (id(hidden.owner), repr(hidden.key))
    if question is not None and run.decide(("layers", question)):
        # Nobody knows which of them: all or none are the extremes.
        set_trainable(hidden.owner, logic.decided(run, value))


_TF: Final = (
    "xception mobilenet mobilenet_v2 inception_v3 inception_resnet_v2 nasnet resnet_v2".split()
)
_CAFFE: Final = "vgg16 vgg19 resnet resnet50".split()
_MODES: Final = {
    **dict.fromkeys(_TF, "tf"),
    **dict.fromkeys(_CAFFE, "caffe"),
    "densenet": "torch",
    **dict.fromkeys(("efficientnet", "efficientnet_v2", "mobilenet_v3", "convnext"), "none"),
}
"""Module of an application -> how its ``preprocess_input`` scales images."""


def preprocess(run: Run, module: str, arguments: list[Value], site: ast.AST) -> Value:
    """``preprocess_input`` on a symbolic tensor, which Keras records as operations."""
    x = arguments[0] if arguments else None
    mode = _MODES.get(module)
    if not isinstance(x, Tensor) or mode is None:
        return Opaque()

    def apply(name: str, *operands: Value) -> Value:
        return operation(run, name, {}, list(operands), {}, site)

    if mode == "tf":
        return apply("Subtract", apply("TrueDivide", x, 127.5), 1.0)
    if mode == "torch":
        x = apply("TrueDivide", x, 255.0)
        x = apply("Add", x, ((((-0.485, -0.456, -0.406),),),))
        return apply("TrueDivide", x, (0.229, 0.224, 0.225))
    if mode == "caffe":
        channels = tuple([apply("GetItem", x, (..., channel)) for channel in (2, 1, 0)])
        x = operation(run, "Stack", {"axis": -1}, [channels], {}, site)
        return apply("Add", x, ((((-103.939, -116.779, -123.68),),),))
    return x
