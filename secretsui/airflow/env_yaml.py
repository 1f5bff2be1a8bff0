"""YAML as plain Python, with the line of each value. Numbers and words that tools read in different ways stay open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from secretsui.airflow.environment import MAX_TEXT, Collector, Unknown, Value
from secretsui.core.sensitive import Sensitive

_MAX_DEPTH: Final = 60
_MAX_NODES: Final = 100_000
_MAX_MERGED: Final = 100_000
_AMBIGUOUS: Final = Unknown("ambiguous-yaml")
_EXPONENT_OR_OCTAL: Final = re.compile(r"[-+]?(?:0o[0-7]+|[\d_]+(?:\.\d*)?[eE][-+]?\d+)", re.ASCII)
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,5}")  # more digits some tools write with an exponent
_TAG: Final = "tag:yaml.org,2002:"


class Map(dict[str, Any]):
    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[object, int] = {}


class Items(list[Any]):
    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[object, int] = {}


class BadText(Exception):
    """With a code of `environment.SENTENCES`; never with what was read."""

    def __init__(self, code: str, line: int = 0) -> None:
        self.code, self.line = code, line
        super().__init__(code)


def line_of(holder: object, key: object) -> int:
    """0 in what came from an API."""
    return holder.lines.get(key, 0) if isinstance(holder, Map | Items) else 0


def text_of(value: object) -> Value:
    """What a tool makes of a value that becomes an environment variable. None is for the caller: tools differ."""
    if isinstance(value, Unknown | Sensitive):
        return value
    if isinstance(value, bool):
        return Sensitive("true" if value else "false")
    return Sensitive(str(value)) if isinstance(value, str | int) else Unknown("not-text")


def mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def word(value: object) -> str:
    """A name in a place where nothing but text makes sense."""
    return value if isinstance(value, str) else ""


def load(text: str, collector: Collector) -> list[Any] | None:
    """Every document of the text; None where it cannot be read, which the collector is told."""
    try:
        found = list(documents(text))
    except BadText as failure:
        collector.problem(failure.code, failure.line)
        return None
    for document in found:
        for line in document.doubles:
            collector.problem("duplicate-key", line)
    return [document.content for document in found]


def load_map(text: str, collector: Collector, expected: str) -> dict[str, Any] | None:
    """The one document of a text, if it is a mapping: the collector is told what was expected."""
    found = load(text, collector)
    if found is None:
        return None
    if len(found) > 1:
        collector.problem("several-documents")
    if not found or not isinstance(found[0], dict):
        collector.problem("bad-shape", expected=expected)
        return None
    return found[0]


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """`doubles` are the lines of keys that were given before in the same mapping."""

    content: Any
    doubles: Sequence[int]


def documents(text: str) -> Sequence[Document]:
    """Raises `BadText`."""
    if len(text) > MAX_TEXT:
        raise BadText("too-long")
    try:
        return list(_documents(text))
    except yaml.MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        raise BadText("bad-text", mark.line + 1 if mark else 0) from None
    except yaml.reader.ReaderError as failure:
        raise BadText("bad-text", text.count("\n", 0, failure.position) + 1) from None
    except (yaml.YAMLError, ValueError, IndexError):
        raise BadText("bad-text") from None


def _documents(text: str) -> Iterator[Document]:
    loader = _Loader(text)
    try:
        while loader.check_node():
            reader = _Reader()
            yield Document(reader.read(loader.get_node()), reader.doubles)
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    depth = nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        self.nodes += 1
        if self.nodes > _MAX_NODES:
            raise BadText("too-long")
        if self.depth > _MAX_DEPTH:
            raise BadText("too-deep", self.line + 1)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Reader:
    """Each node is read once, however often an alias names it, so that a small text stays small."""

    def __init__(self) -> None:
        self._read: dict[yaml.Node, Any] = {}
        self._open: set[yaml.Node] = set()
        self._merged = 0
        self.doubles: list[int] = []

    def read(self, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if node in self._open:
            raise BadText("recursive", node.start_mark.line + 1)
        if node not in self._read:
            self._open.add(node)
            self._read[node] = self._map(node) if isinstance(node, yaml.MappingNode) else self._items(node)
            self._open.discard(node)
        return self._read[node]

    def _items(self, node: yaml.SequenceNode) -> Items:
        found = Items()
        for at, each in enumerate(node.value):
            found.append(self.read(each))
            found.lines[at] = each.start_mark.line + 1
        return found

    def _map(self, node: yaml.MappingNode) -> Map:
        found = Map()
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                self._merge(found, self.read(value))
        own: set[str] = set()
        for key, value in node.value:
            if key.tag != f"{_TAG}merge":
                name = key.value if isinstance(key, yaml.ScalarNode) else ""
                self.doubles += [key.start_mark.line + 1] if name in own else []
                own.add(name)
                found[name], found.lines[name] = self.read(value), key.start_mark.line + 1
        return found

    def _merge(self, found: Map, value: object) -> None:
        """Of several merged mappings the first one counts, and what stands in the mapping itself counts more."""
        for each in items(value) or [value]:
            self._merged += len(mapping(each))
            if self._merged > _MAX_MERGED:
                raise BadText("too-long")
            for name in mapping(each):
                if name not in found:
                    found[name], found.lines[name] = each[name], line_of(each, name)


def _scalar(node: yaml.ScalarNode) -> object:
    tag, text = node.tag.removeprefix(_TAG), str(node.value)
    if tag == "str":
        return _AMBIGUOUS if node.style is None and _EXPONENT_OR_OCTAL.fullmatch(text) else text
    if tag == "null":
        return None
    if tag == "int" and _WHOLE.fullmatch(text):
        return int(text)
    if tag == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return _AMBIGUOUS
