"""What a data file of the catalogue may hold: every mistake as one line that names its place."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from secretsui.core.catalogue_files import FOLDER, read
from secretsui.core.conn_type import FORMATS, KINDS, STANDARD, ConnType, Field
from secretsui.core.extras import BadExtra, to_text, to_value

DOCUMENT = {"distribution": str, "name": str, "version": str, "types": list}
CURATED_DOCUMENT = {"distribution": str, "types": list}
TYPE = {
    "conn_type": str, "hook": str, "name": str, "standard": dict, "fields": list, "needs": list, "exclusive": list,
    "renamed": dict, "example": dict, "docs": str, "traps": list,
}  # fmt: skip
STANDARD_KEYS = {"label": str, "hidden": bool, "placeholder": str, "help": str, "secret": bool}
FIELD = {
    "name": str, "label": str, "help": str, "kind": str, "format": str, "secret": bool, "choices": list,
    "default": object, "placeholder": str, "minimum": (int, float), "maximum": (int, float), "pattern": str,
    "min_length": int, "max_length": int,
}  # fmt: skip
TEXTS = {"host", "login", "password", "schema", "description"}
PYTHON = {"text": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "list": list}
LONGEST_SENTENCE = 400

Shape = Mapping[str, Any]
Mistakes = Iterator[str]


def mistakes(name: str, folder: Path = FOLDER) -> Sequence[str]:
    """In the files of one distribution."""
    return [*_in_files(name, folder)]


def _in_files(name: str, folder: Path) -> Mistakes:
    declared, curated = folder / f"{name}.json", folder / "curated" / f"{name}.json"
    found = False
    for path, shape in ((declared, DOCUMENT), (curated, CURATED_DOCUMENT)):
        if path.exists():
            for mistake in _in_document(path, shape):
                found = True
                yield f"{path.relative_to(folder)}: {mistake}"
    if not declared.exists():
        yield f"{name}.json: there is none, so nothing is known of the distribution"
    elif not found:
        yield from (f"{name}: {mistake}" for mistake in _in_merged(declared))


def _in_document(path: Path, shape: Shape) -> Mistakes:
    try:
        document = json.loads(path.read_bytes())
    except ValueError as error:
        yield f"no JSON: {error}"
        return
    found = [*_shape(document, shape, "the document", required=set(shape))]
    yield from found
    if found:
        return
    if document["distribution"] != path.stem:
        yield f"distribution is {document['distribution']}, not the name of the file"
    yield from _repeated((_name(each, "conn_type") for each in document["types"]), "the type")
    for each in document["types"]:
        yield from _in_type(each)


def _shape(value: Any, shape: Shape, where: str, *, required: set[str]) -> Mistakes:
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    yield from (f"{where}: {key} is missing" for key in sorted(required - set(value)))
    for key, each in value.items():
        if key not in shape:
            yield f"{where}: {key} is unknown"
        elif not _is_a(each, shape[key]):
            yield f"{where}: {key} has the wrong type"
        elif each == "" and key not in ("default", "help", "placeholder"):
            yield f"{where}: {key} is empty"


def _is_a(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and (kind in (bool, object) or not isinstance(value, bool))


def _name(value: Any, key: str) -> str:
    return str(value.get(key, "")) if isinstance(value, dict) else ""


def _repeated(names: Iterator[str], what: str) -> Mistakes:
    yield from (f"{what} {name} stands twice" for name, count in Counter(names).items() if count > 1)


def _in_type(document: Any) -> Mistakes:
    where = _name(document, "conn_type")
    wrong = [*_shape(document, TYPE, where or "a type", required={"conn_type"})]
    yield from wrong
    if wrong:
        return
    if not re.fullmatch(r"[a-z][a-z0-9_]*", where):
        yield f"{where}: conn_type is no lower-case name"
    for name, standard in document.get("standard", {}).items():
        if name not in STANDARD:
            yield f"{where}: standard.{name} is no field of Airflow; it has {', '.join(STANDARD)}"
        yield from _shape(standard, STANDARD_KEYS, f"{where}: standard.{name}", required=set())
    yield from _repeated((_name(each, "name") for each in document.get("fields", ())), f"{where}: the field")
    for each in document.get("fields", ()):
        yield from _shape(each, FIELD, f"{where}: field {_name(each, 'name') or '?'}", required={"name"})
    yield from _in_lists(document, where)


def _in_lists(document: Shape, where: str) -> Mistakes:
    for key in ("needs", "exclusive"):
        for each in document.get(key, ()):
            names = [each] if isinstance(each, str) and key == "needs" else each
            if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
                yield f"{where}: {key} has an entry that is no list of names"
    for old, new in document.get("renamed", {}).items():
        if not isinstance(new, str):
            yield f"{where}: renamed.{old} leads to no name"
    for trap in document.get("traps", ()):
        if not isinstance(trap, str) or not trap.strip() or not trap.strip().endswith("."):
            yield f"{where}: a trap is no sentence"
        elif len(trap) > LONGEST_SENTENCE:
            yield f"{where}: a trap is longer than {LONGEST_SENTENCE} characters"


def _in_merged(declared: Path) -> Mistakes:
    """Only of files that are sound each for itself."""
    known = {each["conn_type"] for each in json.loads(declared.read_bytes())["types"]}
    yield from (
        f"{each.conn_type}: the provider has no such type"
        for each in read(declared).types
        if each.conn_type not in known
    )
    for each in read(declared).types:
        for check in CHECKS:
            yield from (f"{each.conn_type}: {mistake}" for mistake in check(each))


def _labels(conn_type: ConnType) -> Mistakes:
    if conn_type.name != conn_type.name.strip():
        yield "name has a space at an end"
    yield from (f"field {each.name}: label is blank" for each in conn_type.fields if not each.label.strip())


def _docs(conn_type: ConnType) -> Mistakes:
    if conn_type.docs and not re.fullmatch(r"https://[a-z0-9.-]+/\S*", conn_type.docs):
        yield "docs is no https address"


def _fields(conn_type: ConnType) -> Mistakes:
    for each in conn_type.fields:
        yield from (f"field {each.name}: {mistake}" for mistake in _in_field(each))


def _in_field(each: Field) -> Mistakes:
    if each.kind not in KINDS:
        yield f"kind {each.kind} is none of {', '.join(KINDS)}"
        return
    if each.format and each.format not in FORMATS:
        yield f"format {each.format} is none of {', '.join(FORMATS)}"
    if each.format and each.kind != "text" and each.format != "json":
        yield f"format is for text, not for {each.kind}"
    if each.kind in ("boolean", "object", "list") and each.choices:
        yield f"choices are not for {each.kind}"
    yield from _limits(each)
    values = [*each.choices, *([] if each.default is None else [each.default])]
    if not all(_is_a(value, PYTHON[each.kind]) for value in values):
        yield f"default or a choice is no {each.kind}"
    elif each.default not in (None, "") and (code := refusal(each, each.default)):
        yield f"default does not fit the field itself: {code}"


def _limits(each: Field) -> Mistakes:
    numbers = each.minimum is not None or each.maximum is not None
    if numbers and each.kind not in ("integer", "number"):
        yield f"minimum and maximum are not for {each.kind}"
    lengths = each.min_length is not None or each.max_length is not None
    if (lengths or each.pattern) and each.kind != "text":
        yield f"pattern and lengths are not for {each.kind}"
    for low, high in ((each.minimum, each.maximum), (each.min_length, each.max_length)):
        if low is not None and high is not None and low > high:
            yield "the least is more than the most"
    try:
        re.compile(each.pattern)
    except re.error as error:
        yield f"pattern is no regular expression: {error}"


def refusal(field: Field, value: Any) -> str:
    """Why the value cannot be typed into the input of the field, "" if it can."""
    text = to_text(field, value)
    if text is None:
        return f"no {field.kind}" if not _is_a(value, PYTHON[field.kind]) else "it cannot be shown"
    try:
        to_value(field, text)
    except BadExtra as error:
        return error.code
    return ""


def _groups(conn_type: ConnType) -> Mistakes:
    names = {each.name for each in conn_type.fields}
    places = {*STANDARD, *(f"extra.{name}" for name in names)}
    for name in (name for group in conn_type.needs for name in group):
        if name not in places:
            yield f"needs {name}, which is neither a standard field nor extra.<a typed field>"
    for group in conn_type.exclusive:
        yield from (f"exclusive has {name}, which is no typed field" for name in group if name not in names)
        if len(set(group)) < 2:
            yield "exclusive has a group of fewer than two names"
    for old, new in conn_type.renamed.items():
        if old in names:
            yield f"renamed has {old}, which is a typed field today"
        if new and new not in names:
            yield f"renamed leads to {new}, which is no typed field"


def _hidden(conn_type: ConnType) -> Mistakes:
    hidden = {name for name, standard in conn_type.standard.items() if standard.hidden} - {"extra"}
    for group in conn_type.needs:
        if set(group) <= hidden:
            yield f"needs {' or '.join(group)}, which it hides"
    yield from (f"example has {name}, which the type hides" for name in conn_type.example if name in hidden)


def _samples(conn_type: ConnType) -> Mistakes:
    """What looks like a real secret sooner or later is taken for one."""
    extra = conn_type.example.get("extra", {})
    secrets = {
        f"extra.{each.name}": extra[each.name] for each in conn_type.fields if each.secret and each.name in extra
    }
    secrets |= {"password": conn_type.example["password"]} if "password" in conn_type.example else {}
    yield from (f"example.{name} does not say sample" for name, value in secrets.items() if "sample" not in str(value))


def _example(conn_type: ConnType) -> Mistakes:
    for key, value in conn_type.example.items():
        if key not in STANDARD:
            yield f"example has {key}, which is no field of Airflow"
        elif key == "port" and not (_is_a(value, int) and 0 < value < 65536):
            yield "example.port is no port"
        elif key in TEXTS and not isinstance(value, str):
            yield f"example.{key} is no text"
    extra = conn_type.example.get("extra", {})
    if not isinstance(extra, dict):
        yield "example.extra is no object"
    elif conn_type.example:
        yield from _example_extra(conn_type, extra)
        yield from _example_groups(conn_type, extra)
        yield from _samples(conn_type)


def _example_extra(conn_type: ConnType, extra: Shape) -> Mistakes:
    for key, value in extra.items():
        field = conn_type.field(key)
        if field and (code := refusal(field, value)):
            yield f"example.extra.{key} does not fit its field: {code}"
        if key in conn_type.renamed:
            yield f"example.extra.{key} has been renamed"


def _example_groups(conn_type: ConnType, extra: Shape) -> Mistakes:
    given = {*conn_type.example, *(f"extra.{key}" for key in extra)}
    for group in conn_type.needs:
        if not given & set(group):
            yield f"example lacks {' or '.join(group)}, which the type needs"
    for group in conn_type.exclusive:
        if len(set(extra) & set(group)) > 1:
            yield f"example sets more than one of {', '.join(group)}"


CHECKS: Sequence[Callable[[ConnType], Mistakes]] = (_labels, _docs, _fields, _groups, _example, _hidden)
