"""What Python's containers can do, used to keep tensors and settings."""

from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

import keras
from keras import layers

Block = namedtuple("Block", "filters kernel pool", defaults=(3, True))
plan = OrderedDict(a=Block(8), b=Block(16, kernel=5), c=Block(16, pool=False))
plan["d"] = plan["c"]._replace(filters=24)
plan.move_to_end("a", last=False)

inputs = keras.Input((64, 64, 3), name="x")
tensors = defaultdict(list)
used = Counter()
recent = deque(maxlen=2)
x = inputs
for key, block in plan.items():
    used[block.kernel] += 1
    x = layers.Conv2D(block.filters, block.kernel, padding="same", name=f"conv_{key}{used[block.kernel]}")(x)
    tensors[block.filters].append(x)
    recent.append(x)
    if block.pool:
        x = layers.MaxPooling2D(name=f"pool_{key}")(x)

joined = layers.Concatenate(name="recent")(list(recent))
same = [t for ts in tensors.values() for t in ts if len(ts) > 1]
pooled = [layers.GlobalAveragePooling2D(name="gap_%d" % i)(t) for i, t in enumerate([joined, *same])]
order = sorted(pooled, key=lambda t: t.shape[-1])
order[1:1] = [order.pop()]
first, second, *rest = order
rest += [second]
x = layers.Concatenate(name="all")([first] + rest)
widest = max(plan, key=lambda key: plan[key].filters)
lookup = {**{key: block.filters for key, block in plan.items() if block.pool}, "z": 2}
units = sum(lookup.values()) // (len(set(lookup.values())) or 1)
x = layers.Dense(units, name=f"dense_{widest}")(x)
quotient, remainder = divmod(units, 7)
model = keras.Model(inputs, layers.Dense(quotient + remainder, name="out")(x), name="containers")
