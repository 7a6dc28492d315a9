"""Random settings, baselines, and what stands on rule pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from convlint.baseline import Entry
from convlint.config import FAIL_ON, Config
from convlint.page import SEVERITIES
from convlint.reporters import FORMATS

names: Final = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
selectors: Final = st.lists(names, max_size=3).map(tuple)

entries: Final = st.dictionaries(
    st.builds(Entry, names, st.text(max_size=3), names), st.integers(1, 9), max_size=5
)
"""Findings that a baseline knows, and how often."""


def configs(folder: Path) -> st.SearchStrategy[Config]:
    """Settings that a file in this folder may state."""
    ignores = st.dictionaries(names, selectors, max_size=3)
    numbers = st.booleans() | st.integers() | st.floats(allow_nan=False)
    options = st.dictionaries(names, st.dictionaries(names, numbers, max_size=2), max_size=2)
    stated: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {
            "file": st.just(folder / "convlint.toml"),
            "folder": st.just(str(folder)),
            "select": st.none() | selectors,
            "ignore": selectors,
            "extend_select": selectors,
            "fail_on": st.sampled_from(tuple(FAIL_ON.values())),
            "per_file_ignores": ignores.map(_items),
            "per_layer_ignores": ignores.map(
                lambda found: tuple((f"{key}::{key}", value) for key, value in found.items())
            ),
            "options": options.map(
                lambda found: tuple((rule, tuple(values.items())) for rule, values in found.items())
            ),
            "exclude": selectors.map(
                lambda found: tuple((str(folder), pattern) for pattern in found)
            ),
            "plugins": selectors,
            "output_format": st.sampled_from(tuple(FORMATS)),
        }
    )
    return stated.map(lambda values: Config(**values))


def _items(mapping: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(mapping.items())


_NUMBERS: Final = ("rate", "units", "config.units", "axis", "model.conv_depth", "1", "-0.5", "rtae")
_OTHERS: Final = ("use_bias", "name", "padding", "'same'", "None", "True", "(1, 'a', None)")
comparisons: Final = st.builds(
    "{} {} {}".format,
    st.sampled_from((*_NUMBERS, *_OTHERS)),
    st.sampled_from(("==", "!=", "<", "<=", ">", ">=", "in", "not in", "+ 1 <", "* -2 ==")),
    st.sampled_from((*_NUMBERS, *_OTHERS)),
)
predicates: Final = st.recursive(
    comparisons | st.sampled_from(("use_bias", "trainable")),
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=5,
)
"""Conditions on a call; not all of them have a meaning."""

_KINDS: Final = ("any", "conv", "act", "norm", "dropout", "Dense", "Add", "weight", "merge")
_steps: Final = st.builds(
    "{}{}{}".format,
    st.sampled_from(("", "", "", "!")),
    st.sampled_from(_KINDS),
    st.just("") | predicates.map("[{}]".format),
)
_groups: Final = st.recursive(
    _steps,
    lambda inner: st.builds(
        "({}{}{}){}".format,
        inner,
        st.sampled_from((" | ", " -> ", " => ")),
        inner,
        st.sampled_from(("", "*", "+", "?")),
    ),
    max_leaves=4,
)
patterns: Final = st.builds(
    "{}found:{}{}".format,
    st.just("") | _groups.map("{} -> ".format),
    _steps,
    st.just("") | _groups.map(" => {}".format),
)
"""Patterns of which one step is called ``found``."""

fields: Final = st.fixed_dictionaries(
    {
        "code": st.from_regex(r"[A-Z]{2,4}[0-9]{3,4}", fullmatch=True),
        "name": st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True),
        "pattern": st.sampled_from(
            ("found:dense", "conv -> found:act", "(conv | act) => found:any")
        ),
        "severity": st.sampled_from(tuple(SEVERITIES)),
        "default": st.sampled_from(("on", "off")),
        "message": st.sampled_from(("{found.name} is dense", "it is", "{found.units:.2f}")),
    }
)
"""What a rule page says."""
