"""YAML whose scalars all stay text, read against a schema.

Plain YAML turns ``off`` into false and ``010`` into 8, lets a key stand twice and says nothing
about keys that nobody reads. Here a value is converted by whoever knows what it should be, and
every complaint names the file, the line and the key. Values are only visited as deep as the
schema goes, so that hostile nesting does no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from convlint.errors import RuleError
from convlint.suggest import did_you_mean

T = TypeVar("T")


class Value(NamedTuple):
    """One value of a document: what it is, where it stands and under which key.

    ``line_offset`` is the number of lines in the file before the document starts.
    """

    node: Any
    source: str
    line_offset: int = 0
    key: str = ""

    @property
    def line(self) -> int:
        """The line of the file on which it begins, counted from 1."""
        return int(self.node.start_mark.line) + 1 + self.line_offset

    def error(self, message: str) -> RuleError:
        """An error about this value."""
        place = f"{self.source}:{self.line}"
        return RuleError(f"{place}: {self.key}: {message}" if self.key else f"{place}: {message}")

    def text(self) -> str:
        """The scalar, as written, without surrounding blanks."""
        if self.node.id != "scalar":
            raise self.error("must be text")
        return str(self.node.value).strip()

    def sentence(self) -> str:
        """The scalar as one line; it must say something."""
        line = " ".join(self.text().split())
        if not line:
            raise self.error("must not be empty")
        return line

    def choice(self, values: Mapping[str, T]) -> T:
        """What the scalar stands for, one of a few words."""
        word = self.text()
        if word not in values:
            known = ", ".join(values)
            raise self.error(f"{word!r} is not one of {known}{did_you_mean(word, values)}")
        return values[word]

    def items(self) -> Iterator[Value]:
        """The elements of a list."""
        if self.node.id != "sequence":
            raise self.error("must be a list")
        for number, node in enumerate(self.node.value):
            yield Value(node, self.source, self.line_offset, f"{self.key}[{number}]")

    def entries(self) -> dict[str, Value]:
        """The entries of a mapping, any key allowed, none twice."""
        if self.node.id != "mapping":
            raise self.error("must be a mapping of keys to values")
        found: dict[str, Value] = {}
        for key_node, node in self.node.value:
            key = Value(key_node, self.source, self.line_offset, self.key).text()
            value = Value(
                node, self.source, self.line_offset, f"{self.key}.{key}" if self.key else key
            )
            if key in found:
                raise value.error("is given twice")
            found[key] = value
        return found

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Value]:
        """The entries of a mapping that has all required keys and no unknown one."""
        found = self.entries()
        known = (*required, *optional)
        for key, value in found.items():
            if key not in known:
                raise value.error(f"unknown key{did_you_mean(key, known)}")
        for key in required:
            if key not in found:
                raise self.error(f"the key {key!r} is missing")
        return found


def parse(text: str, source: str, line_offset: int = 0) -> Value:
    """The document in ``text``; RuleError with file and line if it is not YAML."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml is 15 times as fast
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f":{mark.line + 1 + line_offset}" if mark else ""
        raise RuleError(f"{source}{line}: not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise RuleError(f"{source}: not valid YAML: {reason}") from error
    except RecursionError as error:
        raise RuleError(f"{source}: not valid YAML: nested too deeply") from error
    if node is None:
        raise RuleError(f"{source}: is empty")
    return Value(node, source, line_offset)
