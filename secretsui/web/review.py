"""What to know before a text is saved: what keeps it from being saved, what has to be agreed to, what is only said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from django.utils.functional import Promise

from secretsui.core import codec
from secretsui.core.findings import Finding
from secretsui.core.guard import Problem, before_save
from secretsui.core.rules import format as rules
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Kind
from secretsui.web import findings, variable_preview
from secretsui.web.connection_form import Composed, Form, differing, read
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.forms.stored import Stored
from secretsui.web.forms.text import printable
from secretsui.web.labels import DIALECTS, FIELDS
from secretsui.web.problems import Words, words_of_name, words_of_value
from secretsui.web.repairing import WORDS, may_mend
from secretsui.web.text_rules import TextRules
from secretsui.web.vocabulary import SEVERITIES, Label

# An error is not saved, a warning only after a second look, a note at once.
Weight = Literal["error", "note", "warning"]
_ORDER: Final[Sequence[Weight]] = ("error", "warning", "note")
_ASKED_ABOUT: Final = frozenset({"critical", "high"})
# What the form says itself, and better, where it writes a URI that not every Airflow reads as it is meant.
_OF_ROUND_TRIP: Final = frozenset({"R-44", "R-45"})
# Errors of a text whose fields are read as they are meant, or said to differ.
_NOT_SPOILING: Final = frozenset({"differs", "mask", "too-large"})
# The code of the preview of a variable for the same fault.
_ODDITIES: Final = {"quoted": "quoted", "white-space": "trailing-newline"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of the page. `where` names fields, keys or a position; never content."""

    severity: Weight
    words: Words
    field: str  # name or value
    where: str = ""
    code: str = ""
    title: str | Promise = ""
    level: str = ""  # of the rule's finding
    rule: str = ""
    repair: str = ""  # what its button sends

    @property
    def mark(self) -> Label:
        return SEVERITIES[self.level or {"note": "info"}.get(self.severity, self.severity)]

    @property
    def button(self) -> str | Promise:
        return WORDS.get(self.repair.partition(":")[0], "")


@dataclass(frozen=True, slots=True)
class Review:
    remarks: Sequence[Remark]

    @property
    def errors(self) -> Sequence[Remark]:
        return [remark for remark in self.remarks if remark.severity == "error"]

    @property
    def warnings(self) -> Sequence[Remark]:
        return [remark for remark in self.remarks if remark.severity == "warning"]

    @property
    def spoils_reading(self) -> bool:
        """Do fields hold what belongs elsewhere?"""
        return any(remark.field == "value" and remark.code not in _NOT_SPOILING for remark in self.errors)

    @property
    def blocking(self) -> Sequence[Remark]:
        """What a save stops at."""
        return [remark for remark in self.remarks if remark.severity != "note"]


def review(key: str, composed: Composed, form: Form, kind: str, *, name: str = "", new: bool = False) -> Review:
    if composed.problem:
        words = words_of_value(composed.problem.reason)
        return Review([Remark("error", words, "value", composed.problem.where, composed.problem.reason)])
    said = [*_guarded(key, composed, kind, name=name, new=new), *_of_form(composed, form)]
    every = [_explained(each, composed.text, kind) for each in _with_findings(said, composed.text, form, kind)]
    return Review(sorted(every, key=lambda each: _ORDER.index(each.severity)))


def _guarded(key: str, composed: Composed, kind: str, *, name: str, new: bool) -> Iterator[Remark]:
    rules = composed.rules
    found = before_save(
        key, composed.text, kind, name=name, new=new, decode=rules.decode, largest_bytes=rules.largest_bytes
    )
    yield from _of_price(composed)
    for problem in found:
        if problem.field != "name" or rules.judges(problem.code):
            yield _remark(problem, rules)
    if not key:
        return
    for code in rules.name_problems(name):
        facts = {"service": rules.words.service, "rules": rules.words.name_rules}
        yield Remark("error" if new else "warning", words_of_name(code, facts), "name", code=code)


def _of_price(composed: Composed) -> Iterator[Remark]:
    """What makes a parameter an advanced one, which it then stays."""
    limit, size = composed.rules.charged_above, len(composed.text.reveal().encode("utf-8", "surrogatepass"))
    if limit and limit < size <= composed.rules.largest_bytes:
        yield Remark("warning", words_of_value("charged", {"bytes": size, "limit": limit}), "value", code="charged")


def remarks_of(text: Sensitive, kind: str, place: str = "") -> Sequence[Remark]:
    """What the rules find in a text that is not the form's own: `place` is what its repairs are done to."""
    return [_of_finding(finding, f"{finding.repair}:{place}{finding.field}") for finding in rules.lint(text, kind)]


def _remark(problem: Problem, rules: TextRules) -> Remark:
    facts = {**problem.facts, "service": rules.words.service}
    words = (words_of_name if problem.field == "name" else words_of_value)(problem.code, facts)
    return Remark(problem.severity, words, problem.field, str(problem.facts.get("where", "")), problem.code)


def _explained(remark: Remark, text: Sensitive, kind: str) -> Remark:
    """What is odd about a variable in the words of its preview, which then does not say it again."""
    raw = text.reveal()
    is_other = remark.code == "white-space" and raw.strip() != raw.rstrip("\r\n")
    if kind != Kind.VARIABLE or is_other or remark.code not in _ODDITIES:
        return remark
    words = variable_preview.WORDS[_ODDITIES[remark.code]]
    return replace(remark, words=Words(words, remark.words.remedy))


def _with_findings(said: Sequence[Remark], text: Sensitive, form: Form, kind: str) -> Iterator[Remark]:
    """What is said already gets the rule and the repair of the finding that says the same."""
    found = [finding for finding in rules.lint(text, kind, form.rules.context) if not _is_said_by_form(finding, said)]
    for remark in said:
        same = [finding for finding in found if remark.field == "value" and finding.code == remark.code]
        yield _joined(remark, same[0], form) if same else remark
    codes = {remark.code for remark in said if remark.field == "value"}
    known = _known(form.base, kind, form.rules.context)
    for finding in found:
        if finding.code not in codes:
            remark = _of_finding(finding, _sent(finding, form))
            yield replace(remark, severity="note") if (finding.code, finding.field) in known else remark


def _known(base: Stored | None, kind: str, context: rules.Context) -> Collection[tuple[str, str]]:
    """What the stored text has already is told, but not asked about again with every change of something else."""
    return {(finding.code, finding.field) for finding in rules.lint(base.text, kind, context)} if base else ()


def _is_said_by_form(finding: Finding, said: Sequence[Remark]) -> bool:
    codes = {remark.code for remark in said}
    return finding.rule in _OF_ROUND_TRIP and bool(codes & {"differs", "differs-json"})


def _joined(remark: Remark, finding: Finding, form: Form) -> Remark:
    return replace(remark, rule=finding.rule, repair=_sent(finding, form))


def _sent(finding: Finding, form: Form) -> str:
    return f"{finding.repair}:{finding.field}" if may_mend(form.data, finding.repair, finding.field) else ""


def _of_finding(finding: Finding, sent: str) -> Remark:
    return Remark(
        "warning" if finding.severity in _ASKED_ABOUT else "note",
        findings.words_of(finding),
        "value",
        findings.where(finding),
        finding.code,
        findings.title(finding),
        finding.severity,
        finding.rule,
        sent if finding.repair else "",
    )


def _of_form(composed: Composed, form: Form) -> Iterator[Remark]:
    if not isinstance(form, ConnectionFields):
        return
    if composed.dropped:
        yield _of_value("warning", "dropped", printable(", ".join(composed.dropped)))
    if composed.left_out:
        yield _of_value("warning", "left-out", printable("; ".join(composed.left_out)))
    if apart := _read_apart(composed, form.base):
        yield _of_value("warning", "read-apart", apart)
    yield from _unfaithful(composed)
    spaced = [field for field in ("host", "schema", "login", "password") if _has_space(form, field)]
    if spaced:
        yield _of_value("warning", "field-space", _labels(spaced))


def _of_value(severity: Weight, code: str, where: str) -> Remark:
    return Remark(severity, words_of_value(code), "value", where, code)


def _unfaithful(composed: Composed) -> Iterator[Remark]:
    """A URI that some Airflow reads otherwise is refused: JSON is there for that."""
    differs = [reading for reading in composed.readings if reading.differs]
    if differs:
        where = "; ".join(f"{DIALECTS[each.dialect]}: {_labels(each.differs)}" for each in differs)
        if composed.form == "uri":
            yield replace(_of_value("error", "differs", where), repair="to-json:written_as")
        else:
            yield _of_value("warning", "differs-json", where)


def _read_apart(composed: Composed, base: Stored | None) -> str:
    """The fields in which the Airflows read the stored text differently, if it is about to be written anew."""
    if base is None or base.connection is None or composed.in_place:
        return ""
    readings = (read(base.text, dialect, base.decode) for dialect in codec.DIALECTS)
    fields = {
        field for each in readings if not isinstance(each, Exception) for field in differing(base.connection, each)
    }
    return _labels([field for field in FIELDS if field in fields])


def _has_space(form: ConnectionFields, field: str) -> bool:
    typed = form.changes().get(field)
    return isinstance(typed, str) and typed != typed.strip()


def _labels(fields: Sequence[str], labels: Mapping[str, str | Promise] = FIELDS) -> str:
    return ", ".join(str(labels[field]) for field in fields)
