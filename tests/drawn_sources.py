"""Random scripts and notebooks that build networks."""

from __future__ import annotations

import json
import textwrap
from typing import Any, Final

from hypothesis import strategies as st

from tests.drawn_models import UNITS, Network


def as_program(network: Network) -> list[str]:
    """Statements that build the network; the names of its layers must be plain."""
    lines = []
    for index, item in enumerate(network.layers):
        given = "".join(f", {key}={value!r}" for key, value in item.config.items())
        if item.class_name != "InputLayer":
            lines.append(f"f{index} = layers.{item.class_name}(name={item.name!r}{given})")
    for call, (index, sources) in enumerate(network.calls):
        names = ", ".join(f"t{source}" for source in sources)
        taken = f"[{names}]" if len(sources) > 1 else names
        name = network.layers[index].name
        lines.append(
            f"t{call} = f{index}({taken})"
            if sources
            else f"t{call} = keras.Input(({UNITS},), name={name!r})"
        )
    starts = ", ".join(f"t{call}" for call, (_, sources) in enumerate(network.calls) if not sources)
    ends = ", ".join(f"t{call}" for call in network.outputs())
    return [*lines, f"model = keras.Model([{starts}], [{ends}])"]


ASIDES: Final = (
    "for i in range(3):\n    pass",
    "try:\n    z = int('z')\nexcept ValueError:\n    z = 0",
    "def g(x, *rest, k=3):\n    return x",
    "print(f'{1:>3}')",
    "import os\nif os.environ.get('VERBOSE'):\n    print('é')",
    "# a comment",
    "q = [i**2 for i in range(3)][::-1]",
    "del_me = {'a': 1}\ndel del_me['a']",
)


@st.composite
def statements(draw: st.DrawFn, network: Network) -> list[str]:
    """Statements that build the network, and others between them."""
    found = as_program(network)
    for aside in draw(st.lists(st.sampled_from(ASIDES), max_size=3)):
        found.insert(draw(st.integers(0, len(found))), aside)
    return found


def _indented(lines: list[str]) -> str:
    return textwrap.indent("\n".join(lines), "    ")


@st.composite
def programs(draw: st.DrawFn, network: Network) -> str:
    """A script that builds the network."""
    lines = draw(statements(network))
    match draw(st.sampled_from(("plain", "function", "main", "loop", "class"))):
        case "function":
            return f"def build(size=3):\n{_indented([*lines, 'return model'])}\nbuild()\n"
        case "main":
            return f"if __name__ == '__main__':\n{_indented(lines)}\n"
        case "loop":
            return f"for _ in range(1):\n{_indented(lines)}\n"
        case "class":
            body = textwrap.indent(
                f"def build(self):\n{_indented([*lines, 'return model'])}", "    "
            )
            return f"class Builder:\n{body}\nBuilder().build()\n"
    return "\n".join(lines)


@st.composite
def notebooks(draw: st.DrawFn, lines: list[str]) -> bytes:
    """A notebook of these statements, in format 3 or 4, with magics and text between them."""
    cells: list[dict[str, Any]] = []
    key = draw(st.sampled_from(("source", "input")))
    while lines:
        count = draw(st.integers(1, 4))
        source = "\n".join(lines[:count])
        source = (
            draw(st.sampled_from(("", "", "%matplotlib inline\n", "%%time\n", "!ls\n"))) + source
        )
        cells.append(
            {
                "cell_type": "code",
                key: draw(st.sampled_from((source, source.splitlines(keepends=True)))),
            }
        )
        if draw(st.booleans()):
            cells.append({"cell_type": "markdown", "source": "it is *so*"})
        lines = lines[count:]
    document = {
        "source": {"nbformat": 4, "metadata": {}, "cells": cells},
        "input": {"nbformat": 3, "worksheets": [{"cells": cells}]},
    }
    return draw(st.sampled_from((b"", b"\xef\xbb\xbf"))) + json.dumps(document[key]).encode()
