"""Shapes of recurrent and attention layers."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from convlint import kinds
from convlint.facts.inference.core import last_axis
from convlint.facts.inference.dimensions import Dimension, TensorShape, dimension, total
from convlint.facts.inference.site import Inference, Result, Site, with_shape
from convlint.facts.inference.spatial import conv
from convlint.kleene import UNKNOWN, Unknown

STATES: Final = {
    "SimpleRNN": 1,
    "GRU": 1,
    "CuDNNGRU": 1,
    "LSTM": 2,
    "CuDNNLSTM": 2,
    "SimpleRNNCell": 1,
    "GRUCell": 1,
    "LSTMCell": 2,
    "PeepholeLSTMCell": 2,
}
"""Number of state tensors that a recurrent layer or cell carries on."""


class Cell(NamedTuple):
    """A recurrent cell: one that a saved ``cell=`` describes, or the one inside a layer."""

    class_name: str
    config: Mapping[str, Any]

    @property
    def units(self) -> Dimension:
        """Size of its output and of each of its states."""
        return dimension(self.argument("units"))

    def argument(self, name: str) -> Any:
        """A constructor argument as stated, else Keras' default."""
        return self.config.get(name, kinds.default(self.class_name, name))


def cells(site: Site) -> tuple[Cell, ...]:
    """The cells of a recurrent layer, first to last; none if one of them is a custom one."""
    if site.call.class_name != "RNN":
        return (Cell(site.call.class_name, site.call.config),)
    saved = site.argument("cell")
    if isinstance(saved, Mapping) and saved.get("class_name") == "StackedRNNCells":
        saved = _config(saved).get("cells")
    found = [_cell(item) for item in (saved if isinstance(saved, tuple) else (saved,))]
    known = tuple(cell for cell in found if cell is not UNKNOWN)
    return known if len(known) == len(found) else ()


def _cell(saved: object) -> Cell | Unknown:
    name = saved.get("class_name") if isinstance(saved, Mapping) else None
    if not isinstance(saved, Mapping) or not isinstance(name, str):
        return UNKNOWN
    cell = Cell(kinds.canonical(name), _config(saved))
    return cell if cell.class_name in STATES else UNKNOWN


def _config(saved: Mapping[str, Any]) -> Mapping[str, Any]:
    config = saved.get("config")
    return config if isinstance(config, Mapping) else {}


def recurrent(site: Site) -> Result:
    shape, stack = site.data, cells(site)
    batch, steps = (UNKNOWN, UNKNOWN) if shape is UNKNOWN or len(shape) < 2 else shape[:2]
    units = stack[-1].units if stack else UNKNOWN
    output = _over_time(site, batch, steps, (units,))
    if site.argument("return_state") is not True:
        return output
    states = [(batch, cell.units) for cell in stack for _ in range(STATES[cell.class_name])]
    return [output, *states]


def conv_recurrent(site: Site, axes: int) -> Result:
    shape = site.data
    if shape is UNKNOWN or len(shape) != axes + 3:
        shape = (UNKNOWN,) * (axes + 3)
    batch, steps, *features = shape
    state = conv(Site(site.call, ((batch, *features),)), axes)
    if state is UNKNOWN:
        return UNKNOWN
    output = _over_time(site, batch, steps, state[1:])
    return [output, state, state] if site.argument("return_state") is True else output


def _over_time(
    site: Site, batch: Dimension, steps: Dimension, features: tuple[Dimension, ...]
) -> TensorShape:
    sequences = site.argument("return_sequences")
    if not isinstance(sequences, bool):
        return UNKNOWN
    return (batch, steps, *features) if sequences else (batch, *features)


def one_step(site: Site) -> Result:
    """A cell called as a layer of its own, on one time step."""
    batch = site.data[0] if site.data is not UNKNOWN and site.data else UNKNOWN
    state = (batch, dimension(site.argument("units")))
    return [state] * (1 + STATES[site.call.class_name])


def backward(site: Site) -> Site | Unknown:
    """The backward layer of a ``Bidirectional`` around the layer that is called at ``site``.

    It is the same as the forward layer unless the wrapper's configuration has another.
    """
    saved = site.call.wrapper_config.get("backward_layer")
    if saved is None:
        return site
    name = saved.get("class_name") if isinstance(saved, Mapping) else None
    if not isinstance(saved, Mapping) or not isinstance(name, str):
        return UNKNOWN
    class_name, config = kinds.canonical(name), _config(saved)
    call = site.call.replace(
        class_name=class_name,
        config=config,
        kinds=kinds.classify(class_name, config),
    )
    return Site(call, site.inputs)


def merged(forward: Result, backward: Result, mode: object) -> Result:
    """Outputs of a ``Bidirectional``, given those of its two layers and its ``merge_mode``."""
    output, *states = (forward or [UNKNOWN]) if isinstance(forward, list) else [forward]
    other, *more = (backward or [UNKNOWN]) if isinstance(backward, list) else [backward]
    outputs: list[TensorShape] = [UNKNOWN]
    if mode is None:
        outputs = [output, other]
    elif mode in ("sum", "mul", "ave"):
        outputs = [output]
    elif mode == "concat" and output is not UNKNOWN and output:
        last = UNKNOWN if other is UNKNOWN or not other else other[-1]
        outputs = [(*output[:-1], total((output[-1], last)))]
    return [*outputs, *states, *more]


@with_shape
def multi_head_attention(site: Site, query: tuple[Dimension, ...]) -> Result:
    size = site.argument("output_shape")
    sizes = size if isinstance(size, tuple) else (size,)
    output = query if size in (None, ()) else (*query[:-1], *map(dimension, sizes))
    return [output, UNKNOWN] if site.argument("return_attention_scores") is True else output


def same_as_query(site: Site) -> Result:
    scores = site.argument("return_attention_scores") is True
    return [site.data, UNKNOWN] if scores else site.data


def attention(site: Site) -> Result:
    """``Attention``, ``AdditiveAttention`` and the operation, of [query, value or key, value]."""
    query, *others = site.inputs or (UNKNOWN,)
    value = others[0] if others else UNKNOWN
    if site.call.class_name == "ops.DotProductAttention":
        value = others[1] if len(others) > 1 else UNKNOWN
    features = UNKNOWN if value is UNKNOWN or not value else value[-1]
    output = last_axis(site, features)
    if site.argument("return_attention_scores") is not True:
        return output
    key = others[1] if len(others) > 1 else value
    keys = UNKNOWN if key is UNKNOWN or len(key) < 2 else key[-2]
    return [output, UNKNOWN if query is UNKNOWN else (*query[:-1], keys)]


SEQUENCE: Final[dict[str, Inference]] = {
    **dict.fromkeys(("RNN", "SimpleRNN", "GRU", "LSTM", "CuDNNGRU", "CuDNNLSTM"), recurrent),
    **dict.fromkeys(("SimpleRNNCell", "GRUCell", "LSTMCell", "PeepholeLSTMCell"), one_step),
    "ConvLSTM1D": lambda site: conv_recurrent(site, 1),
    "ConvLSTM2D": lambda site: conv_recurrent(site, 2),
    "ConvLSTM3D": lambda site: conv_recurrent(site, 3),
    "MultiHeadAttention": multi_head_attention,
    "GroupedQueryAttention": same_as_query,
    **dict.fromkeys(("Attention", "AdditiveAttention", "ops.DotProductAttention"), attention),
}
