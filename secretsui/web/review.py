"""What to know before a text is saved: what keeps it from being saved, and what has to be agreed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from secretsui.core import codec
from secretsui.core.guard import Problem, Severity, before_save
from secretsui.web.connection_form import Composed, Form, differing, read
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.forms.stored import Stored
from secretsui.web.forms.text import printable
from secretsui.web.labels import DIALECTS, FIELDS
from secretsui.web.problems import Words, words_of_name, words_of_value


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of the page. `where` names fields, keys or a position; never content."""

    severity: Severity
    words: Words
    field: str  # name or value
    where: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    remarks: Sequence[Remark]

    @property
    def errors(self) -> Sequence[Remark]:
        return [remark for remark in self.remarks if remark.severity == "error"]

    @property
    def warnings(self) -> Sequence[Remark]:
        return [remark for remark in self.remarks if remark.severity == "warning"]


def review(key: str, composed: Composed, form: Form, kind: str, *, name: str = "", new: bool = False) -> Review:
    if composed.problem:
        words = words_of_value(composed.problem.reason)
        return Review([Remark("error", words, "value", composed.problem.where)])
    guarded = before_save(key, composed.text, kind, name=name, new=new)
    remarks = [*map(_remark, guarded), *_of_form(composed, form)]
    return Review(sorted(remarks, key=lambda remark: remark.severity))


def _remark(problem: Problem) -> Remark:
    words = (words_of_name if problem.field == "name" else words_of_value)(problem.code, problem.facts)
    return Remark(problem.severity, words, problem.field, str(problem.facts.get("where", "")))


def _of_form(composed: Composed, form: Form) -> Iterator[Remark]:
    if not isinstance(form, ConnectionFields):
        return
    if composed.dropped:
        yield Remark("warning", words_of_value("dropped"), "value", printable(", ".join(composed.dropped)))
    if composed.left_out:
        yield Remark("warning", words_of_value("left-out"), "value", printable("; ".join(composed.left_out)))
    if apart := _read_apart(composed, form.base):
        yield Remark("warning", words_of_value("read-apart"), "value", apart)
    yield from _unfaithful(composed)
    spaced = [field for field in ("host", "schema", "login", "password") if _has_space(form, field)]
    if spaced:
        yield Remark("warning", words_of_value("field-space"), "value", _labels(spaced))


def _unfaithful(composed: Composed) -> Iterator[Remark]:
    """A URI that some Airflow reads otherwise is refused: JSON is there for that."""
    differs = [reading for reading in composed.readings if reading.differs]
    if differs:
        is_uri = composed.form == "uri"
        severity: Severity = "error" if is_uri else "warning"
        where = "; ".join(f"{DIALECTS[each.dialect]}: {_labels(each.differs)}" for each in differs)
        yield Remark(severity, words_of_value("differs" if is_uri else "differs-json"), "value", where)


def _read_apart(composed: Composed, base: Stored | None) -> str:
    """The fields in which the Airflows read the stored text differently, if it is about to be written anew."""
    if base is None or base.connection is None or composed.in_place:
        return ""
    readings = (read(base.text, dialect) for dialect in codec.DIALECTS)
    fields = {
        field for each in readings if not isinstance(each, Exception) for field in differing(base.connection, each)
    }
    return _labels([field for field in FIELDS if field in fields])


def _has_space(form: ConnectionFields, field: str) -> bool:
    typed = form.changes().get(field)
    return isinstance(typed, str) and typed != typed.strip()


def _labels(fields: Sequence[str], labels: Mapping[str, str | Promise] = FIELDS) -> str:
    return ", ".join(str(labels[field]) for field in fields)
