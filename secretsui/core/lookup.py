"""Which value wins: the sources of one process in order, what each is asked, what it answers, and who is shadowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from secretsui.core import uri_writer
from secretsui.core.backends.source import Ask, CannotTell, Kind, Never, Raises, Source, State
from secretsui.core.codec_errors import CodecError, DecodeError
from secretsui.core.connection import Connection
from secretsui.core.dialects import RULES, Dialect
from secretsui.core.sensitive import Sensitive

Outcome = Literal["hit", "miss", "error", "never", "unknown"]
# What is known about a present value that is not at hand: can its reader use it?
Use = Literal["usable", "empty", "broken", "unknown"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question gets. `value` is the text, the object or the row where it is at hand; else `use` judges it.

    `error` is the class that Airflow raises where it is another than usual.
    """

    state: State
    value: object = None
    use: Use = "unknown"
    error: str = ""


ABSENT: Final = Answer("absent")
UNKNOWN: Final = Answer("unknown")
Knowledge = Callable[[Ask], Answer]


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of a chain. `dialect` is the class that its process makes of a connection."""

    id: str
    process: str
    dialect: Dialect
    source: Source | CannotTell


@dataclass(frozen=True, slots=True)
class Step:
    """What one layer said. `asks` are the questions that were sent, `reason` why it went on, in a short code.

    `value` is what the caller gets of a hit, where it is at hand. `is_certain` is False for a hit that is only known to
    be there: were it empty or broken, the next layer would have its turn.
    """

    layer: Layer
    outcome: Outcome
    asks: Sequence[Ask] = ()
    reason: str = ""
    error: str = ""
    value: Connection | Sensitive | None = None
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Resolution:
    """`trace` are the layers that were asked, `below` those that were not, with what they would have said.

    `source` is the first hit, None where there is none. `unless` are layers before it that nobody could read: it wins
    if they have nothing.
    """

    source: Layer | None
    value: Connection | Sensitive | None
    trace: Sequence[Step]
    below: Sequence[Step] = ()
    unless: Sequence[Layer] = field(default=())

    @property
    def shadowed(self) -> Sequence[Step]:
        return [step for step in self.below if step.outcome == "hit"]


def resolve(layers: Sequence[Layer], knowledge: Mapping[str, Knowledge], kind: Kind, secret_id: str) -> Resolution:
    """`knowledge` holds for each layer's id what is known of its store."""
    trace: list[Step] = []
    below: list[Step] = []
    unless: list[Layer] = []
    winner: Step | None = None
    for layer in layers:
        step = look(layer, knowledge.get(layer.id, _nothing_known), kind, secret_id)
        if winner:
            below.append(step)
            continue
        trace.append(step)
        if step.outcome == "unknown":
            unless.append(layer)
        elif step.outcome == "hit":
            winner = step
    if winner is None:
        return Resolution(None, None, trace, unless=unless)
    return Resolution(winner.layer, winner.value, trace, below, unless)


def _nothing_known(_ask: Ask) -> Answer:
    return UNKNOWN


def look(layer: Layer, known: Knowledge, kind: Kind, secret_id: str) -> Step:
    source = layer.source
    if isinstance(source, CannotTell):
        return Step(layer, "unknown", reason=source.reason)
    plan = source.plan(kind, secret_id, "")
    if isinstance(plan, Never):
        return Step(layer, "never", reason=plan.reason)
    if isinstance(plan, Raises):
        return Step(layer, "error", reason=plan.reason, error=plan.airflow_class)
    if isinstance(plan, CannotTell):
        return Step(layer, "unknown", reason=plan.reason)
    return _answered(layer, source, plan, known, kind, secret_id)


def _answered(layer: Layer, source: Source, asks: Sequence[Ask], known: Knowledge, kind: Kind, secret_id: str) -> Step:
    reason = ""
    for number, ask in enumerate(asks, 1):
        answer = known(ask)
        sent, state = asks[:number], answer.state
        if state == "unknown":
            return Step(layer, "unknown", sent, "unknown")
        if state == "present":
            return _present(layer, source, sent, answer, kind)
        if raised := ask.errors.get(state):
            return Step(layer, "error", sent, state, answer.error or raised)
        reason = state
    return Step(layer, "miss", asks, reason)


def _present(layer: Layer, source: Source, asks: Sequence[Ask], answer: Answer, kind: Kind) -> Step:
    if answer.value is None:
        return _judged(layer, asks, answer.use, kind)
    if kind != "connection":
        text = source.variable(answer.value)
        return Step(layer, "miss", asks, "empty") if text is None else Step(layer, "hit", asks, value=text)
    try:
        found = source.connection(answer.value, layer.dialect)
    except DecodeError as failure:
        return Step(layer, "error", asks, failure.reason, failure.airflow_class)
    if found is None:
        return Step(layer, "miss", asks, "empty")
    if failed := _write_failure(found, layer.dialect):
        return Step(layer, "error", asks, "no-uri", failed, found)
    return Step(layer, "hit", asks, value=found)


def _judged(layer: Layer, asks: Sequence[Ask], use: Use, kind: Kind) -> Step:
    if kind == "connection" and use == "empty":
        return Step(layer, "miss", asks, "empty")
    if kind == "connection" and use == "broken":
        return Step(layer, "error", asks, "broken")
    return Step(layer, "hit", asks, is_certain=kind != "connection" or use == "usable")


def _write_failure(found: Connection, dialect: Dialect) -> str:
    """Airflow spells what it found as a URI for its cache, and goes on to the next source if it cannot."""
    try:
        uri_writer.write(found, RULES[dialect])
    except CodecError as failure:
        return failure.airflow_class
    return ""
