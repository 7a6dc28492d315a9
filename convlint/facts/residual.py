"""Forks and joins: which calls lie on a residual branch, a shortcut, or a dense block's branch.

A *join* is a call that consumes several different tensors. Its *fork* is its immediate
dominator, the last call that every path to it passes through; between the two lie its *sides*,
one for each producer. An addition is residual if one side hands the fork's value on without a
weight, or with one 1x1 projection (He et al., arXiv:1512.03385), while every other side has
weights: these are its residual branches. A concatenation of the fork's own value with a
weighted side is a dense block (Huang et al., arXiv:1608.06993).

A side that upsamples belongs to an hourglass (U-Net, FPN), whose skip connection is neither.
"""

from typing import Final, NamedTuple

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, sweep
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, disjunction, negation

LONGEST_SIDE: Final = 256
"""Calls after which a side is given up as UNKNOWN: ours, and longer than any published block
without a join of its own. It bounds the work on graphs where many long sides overlap."""

SEVERAL: Final = 2
"""Where nothing more is counted: on sides within sides the true number grows exponentially."""

UPSAMPLING: Final = frozenset({"upsample", "transposed_conv", "resize", "depth_to_space"})
INERT: Final = frozenset({"act", "norm", "scale"})
PASSING: Final = INERT | {"pool", "pad", "crop", "dropout"}


class Side(NamedTuple):
    """The calls between a fork and one producer of its join, joins of their own left closed.

    ``weights`` counts the weight calls, with those inside closed joins, up to ``SEVERAL``;
    ``pointwise`` says that all of them are 1x1 convolutions or dense layers.
    """

    calls: tuple[int, ...]
    weights: int
    pointwise: bool
    upsamples: bool
    inert: bool
    known: bool


@sweep
def immediate_dominators(facts: Facts) -> tuple[int | None, ...]:
    """For each call the last other call on every path to it; ``None`` if there is none.

    In a directed acyclic graph that is the nearest common ancestor, in the dominator tree, of
    its producers. The tree carries jump pointers (Myers, "An applicative random-access stack",
    1983), so that each query takes logarithmic time.
    """
    root = len(facts)
    parent, jump, depth = [root] * (root + 1), [root] * (root + 1), [0] * (root + 1)

    def common_ancestor(first: int, second: int) -> int:
        if depth[first] < depth[second]:
            first, second = second, first
        while depth[first] > depth[second]:
            first = jump[first] if depth[jump[first]] >= depth[second] else parent[first]
        while first != second:
            if jump[first] != jump[second]:
                first, second = jump[first], jump[second]
            else:
                first, second = parent[first], parent[second]
        return first

    for index, producers in enumerate(facts.producers):
        dominator = producers[0] if producers else root
        for producer in producers[1:]:
            dominator = common_ancestor(dominator, producer)
        parent[index] = dominator
        depth[index] = depth[dominator] + 1
        above = jump[dominator]
        balanced = depth[dominator] - depth[above] == depth[above] - depth[jump[above]]
        jump[index] = jump[above] if balanced else dominator
    return tuple(None if parent[index] == root else parent[index] for index in range(root))


@sweep
def sides(facts: Facts) -> dict[int, tuple[Side, ...]]:
    """The sides of every join that has a fork."""
    forks = immediate_dominators(facts)
    found: dict[int, tuple[Side, ...]] = {}
    closed: dict[int, Side] = {}
    known: dict[tuple[int, int], Side] = {}  # all joins of a dense block share their sides
    for index, producers in enumerate(facts.producers):
        fork = forks[index]
        if len(producers) > 1 and fork is not None:
            for end in producers:
                if (end, fork) not in known:
                    known[end, fork] = _side(facts, end, fork, closed)
            found[index] = tuple(known[end, fork] for end in producers)
            closed[index] = _together(found[index])
    return found


def _together(around: tuple[Side, ...]) -> Side:
    """What the sides of a join come to, for a side that leaves the join closed."""
    return Side(
        calls=(),
        weights=min(sum(side.weights for side in around), SEVERAL),
        pointwise=all(side.pointwise for side in around),
        upsamples=any(side.upsamples for side in around),
        inert=all(side.inert for side in around),
        known=all(side.known for side in around),
    )


def _side(facts: Facts, end: int, fork: int, closed: dict[int, Side]) -> Side:
    forks = immediate_dominators(facts)
    calls: dict[int, None] = {}
    pending = [end]
    while pending and len(calls) <= LONGEST_SIDE:
        index = pending.pop()
        if index == fork or index in calls:
            continue
        calls[index] = None
        beyond = forks[index] if index in closed else facts.producers[index][0]
        pending.append(fork if beyond is None else beyond)
    weights = [index for index in calls if "weight" in facts.kinds[index]]
    names = frozenset(facts.kinds[index] for index in calls)  # few calls differ in their kinds
    own = Side(
        calls=tuple(calls),
        weights=min(len(weights), SEVERAL),
        pointwise=all(is_pointwise(facts, facts.graph.calls[index]) is True for index in weights),
        upsamples=any(kinds & UPSAMPLING for kinds in names),
        inert=all(kinds & INERT for kinds in names),
        known=len(calls) <= LONGEST_SIDE and not any("unknown" in kinds for kinds in names),
    )
    inner = tuple(closed[index] for index in calls if index in closed)
    if not inner:
        return own
    return _together((own, *inner))._replace(calls=own.calls, inert=own.inert)


@call_fact
def is_pointwise(facts: Facts, call: Call) -> Truth:
    """A dense layer, or a convolution whose kernel is 1 along every spatial axis."""
    if "dense" in facts.kinds[call.index]:
        return True
    if "conv" not in facts.kinds[call.index]:
        return False
    size = facts.lookup(call.index, "kernel_size")
    if isinstance(size, int):
        return size == 1
    if isinstance(size, tuple):
        return all(extent == 1 for extent in size)
    return UNKNOWN


@call_fact
def upsamples(facts: Facts, call: Call) -> Truth:
    """Makes the spatial extent larger, by class: a transposed convolution, an upsampling."""
    if "unknown" in facts.kinds[call.index]:
        return UNKNOWN
    return bool(facts.kinds[call.index] & UPSAMPLING)


@call_fact
def on_residual_branch(facts: Facts, call: Call) -> Truth:
    """Lies between a fork and its addition, on a side with weights beside a shortcut.

    UNKNOWN where two weighted sides are added, so that neither is clearly the shortcut.
    """
    return _residual_branches(facts)[call.index]


@call_fact
def on_shortcut(facts: Facts, call: Call) -> Truth:
    """Lies between a fork and its residual addition, on the side that hands the value on."""
    return _shortcuts(facts)[call.index]


@call_fact
def on_dense_branch(facts: Facts, call: Call) -> Truth:
    """Lies between a fork and the concatenation of its result with the fork's own value."""
    return _dense_branches(facts)[call.index]


@call_fact
def enters_dense_block(facts: Facts, call: Call) -> bool:
    """Hands its value, past pooling and the like, to the fork of a dense block."""
    return _enters_dense_block(facts)[call.index]


@sweep
def _enters_dense_block(facts: Facts) -> tuple[bool, ...]:
    forks = {immediate_dominators(facts)[join] for join in _dense_joins(facts)}
    values = [False] * len(facts)
    for index in reversed(range(len(facts))):
        values[index] = index in forks or any(
            values[i] for i in facts.consumers[index] if facts.kinds[i] & PASSING
        )
    return tuple(values)


@sweep
def _residual_branches(facts: Facts) -> tuple[Truth, ...]:
    return _spread(facts, {join: branch for join, (branch, _) in additions(facts).items()})


@sweep
def _shortcuts(facts: Facts) -> tuple[Truth, ...]:
    return _spread(facts, {join: shortcut for join, (_, shortcut) in additions(facts).items()})


@sweep
def _dense_branches(facts: Facts) -> tuple[Truth, ...]:
    return _spread(facts, _dense_joins(facts))


@sweep
def _dense_joins(facts: Facts) -> dict[int, tuple[Truth, ...]]:
    """For each concatenation of the fork's own value with others: which sides have weights."""
    found: dict[int, tuple[Truth, ...]] = {}
    for join, around in sides(facts).items():
        if (
            "concat" in facts.kinds[join]
            and any(not side.weights and side.inert for side in around)
            and any(side.weights for side in around)
            and not any(side.upsamples for side in around)
        ):
            found[join] = tuple(side.weights > 0 for side in around)
    return found


@sweep
def additions(facts: Facts) -> dict[int, tuple[tuple[Truth, ...], tuple[Truth, ...]]]:
    """For each addition with a fork: which sides are branches, and which are shortcuts."""
    found = {}
    for join, around in sides(facts).items():
        if (
            "add" in facts.kinds[join]
            and any(side.weights for side in around)
            and not any(side.upsamples for side in around)
        ):
            shortcuts = _shortcut_sides(around)
            found[join] = (tuple(map(negation, shortcuts)), shortcuts)
    return found


def _shortcut_sides(around: tuple[Side, ...]) -> tuple[Truth, ...]:
    """Which sides hand the fork's value on; UNKNOWN where that cannot be told."""
    unclear: tuple[Truth, ...] = (UNKNOWN,) * len(around)
    if any(not side.weights and not side.known for side in around):
        return unclear
    weightless = tuple(not side.weights for side in around)
    if any(weightless):
        return weightless
    projections = tuple(side.weights == 1 and side.pointwise and side.known for side in around)
    return projections if sum(projections) == 1 else unclear


def _spread(facts: Facts, marks: dict[int, tuple[Truth, ...]]) -> tuple[Truth, ...]:
    """Hand the mark of each side to its calls and to the calls inside the joins on it."""
    values: list[Truth] = [False] * len(facts)
    for join, around in sorted(sides(facts).items(), reverse=True):
        own = marks.get(join, (False,) * len(around))
        for side, mark in zip(around, own, strict=True):
            inherited = disjunction((values[join], mark))
            for index in side.calls:
                values[index] = disjunction((values[index], inherited))
    return tuple(values)
