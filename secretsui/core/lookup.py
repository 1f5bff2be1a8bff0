"""Which value wins: what each source of a chain is asked and answers, why the next has its turn, and who is shadowed.

Nothing here reads a store. What is known of the stores comes in as `Knowledge`: values, or only that there are some.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from secretsui.core import execution_api, uri_writer
from secretsui.core.backends.source import Ask, CannotTell, Kind, Never, Raises, Source, State
from secretsui.core.chain import Chain, Layer
from secretsui.core.codec_errors import CodecError, DecodeError
from secretsui.core.connection import Connection
from secretsui.core.dialects import RULES, Dialect
from secretsui.core.sensitive import Sensitive

Outcome = Literal["hit", "miss", "error", "never", "unknown"]
# What is known about a present value that is not at hand: can its reader use it?
Use = Literal["usable", "empty", "broken", "unknown"]
Value = Connection | Sensitive | None

API: Final = "execution-api"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question gets. `value` is the text, the object or the row where it is at hand; else `use` judges it.

    `unreadable` are dialects to which it is broken whatever its `use`. `error` is the class that Airflow raises where
    it is another than usual.
    """

    state: State
    value: object = None
    use: Use = "unknown"
    error: str = ""
    unreadable: Collection[Dialect] = ()


ABSENT: Final = Answer("absent")
UNKNOWN: Final = Answer("unknown")
OPEN: Final = Answer("present")
Knowledge = Callable[[Ask], Answer]


class Step(NamedTuple):
    """What one layer says. `asks` are the questions that were sent, `reason` a short code for what they led to.

    Of a hit, `value` is what the caller gets, where it is at hand; `is_certain` is False where the value is only known
    to be there: were it empty or broken, the next layer would have its turn. `halts` where Airflow asks no further.
    `states` are the answers to `asks`.
    """

    layer: Layer
    outcome: Outcome
    asks: Sequence[Ask] = ()
    reason: str = ""
    error: str = ""
    value: Value = None
    is_certain: bool = True
    halts: bool = False
    states: Sequence[State] = ()


class Found(NamedTuple):
    """What a value leads to: the middle of a `Step`."""

    outcome: Outcome
    reason: str = ""
    error: str = ""
    value: Value = None
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Resolution:
    """`trace` are the layers that were asked, `below` those that were not, with what they would have said.

    `source` is the first hit, None where there is none. `unless` are the layers before it of which too little is known:
    it wins if they have nothing to use. `problem` says why a chain ended early: not-started, api-denied, api-failed,
    api-unheard (the id does not reach the server as it is) or api-undelivered (the answer does not reach the task).
    """

    source: Layer | None
    value: Value
    trace: Sequence[Step]
    below: Sequence[Step] = ()
    unless: Sequence[Layer] = ()
    problem: str = ""

    @property
    def is_certain(self) -> bool:
        return not self.unless and all(step.is_certain for step in self.trace)

    @property
    def shadowed(self) -> Sequence[Step]:
        return [step for step in self.below if step.outcome == "hit"]


def resolve(chain: Chain, knowledge: Mapping[str, Knowledge], kind: Kind, secret_id: str) -> Resolution:
    """`knowledge` holds for each layer's id what is known of its store, and for `API` whether tasks get through."""
    own = _asked(chain.own, knowledge, kind, secret_id)
    if not chain.beyond:
        return own
    if own.source or own.problem:
        return replace(own, below=[*own.below, *_peeked(chain.beyond, knowledge, kind, secret_id)])
    heard = execution_api.heard(kind, secret_id)
    problem = _problem(knowledge.get(API, _open)(Ask(API, secret_id)).state) or ("" if heard else "api-unheard")
    if problem or not heard:
        return replace(own, below=_peeked(chain.beyond, knowledge, kind, secret_id), problem=problem)
    far = _asked(chain.beyond, knowledge, kind, heard)
    found = replace(far, trace=[*own.trace, *far.trace], unless=[*own.unless, *far.unless])
    return _delivered(found, kind, heard)


def _asked(layers: Sequence[Layer], knowledge: Mapping[str, Knowledge], kind: Kind, secret_id: str) -> Resolution:
    """In turn, until one has it."""
    trace: list[Step] = []
    for number, layer in enumerate(layers, 1):
        step = look(layer, knowledge.get(layer.id, _nothing_known), kind, secret_id)
        trace.append(step)
        if step.outcome == "hit" or step.halts:
            below = _peeked(layers[number:], knowledge, kind, secret_id)
            unless = _unknown(trace)
            if step.halts:
                return Resolution(None, None, trace, below, unless, "not-started")
            return Resolution(layer, step.value, trace, below, unless)
    return Resolution(None, None, trace, unless=_unknown(trace))


def _peeked(layers: Sequence[Layer], knowledge: Mapping[str, Knowledge], kind: Kind, secret_id: str) -> list[Step]:
    return [look(each, knowledge.get(each.id, _nothing_known), kind, secret_id, peeks=True) for each in layers]


def _unknown(trace: Sequence[Step]) -> Sequence[Layer]:
    return [step.layer for step in trace if step.outcome == "unknown"]


def _nothing_known(_ask: Ask) -> Answer:
    return UNKNOWN


def _open(_ask: Ask) -> Answer:
    return OPEN


def _problem(state: State) -> str:
    if state == "denied":
        return "api-denied"
    return "" if state in ("present", "unknown") else "api-failed"


def _delivered(found: Resolution, kind: Kind, conn_id: str) -> Resolution:
    """The task goes on with what the server sends, as its own class of a connection."""
    if found.source is None or kind != "connection":
        return found
    lost = replace(found, source=None, value=None, problem="api-undelivered")
    if not isinstance(found.value, Connection):
        return found if execution_api.is_fit(conn_id) else lost
    conn = execution_api.delivered(found.value, conn_id)
    return lost if conn is None or _write_failure(conn, "3.3-sdk") else replace(found, value=conn)


def look(layer: Layer, known: Knowledge, kind: Kind, secret_id: str, *, peeks: bool = False) -> Step:
    """`peeks` at what nobody asked for: a value is not read, only seen to be there."""
    source = layer.source
    if isinstance(source, Raises):
        return Step(layer, "error", reason=source.reason, error=source.airflow_class, halts=True)
    if isinstance(source, CannotTell):
        return Step(layer, "unknown", reason=source.reason)
    plan = source.plan(kind, secret_id, layer.team)
    if isinstance(plan, Never):
        return Step(layer, "never", reason=plan.reason)
    if isinstance(plan, Raises):
        return Step(layer, "error", reason=plan.reason, error=plan.airflow_class)
    return _answered(layer, source, plan, known, kind, peeks)


def _answered(layer: Layer, source: Source, plan: Sequence[Ask], known: Knowledge, kind: Kind, peeks: bool) -> Step:
    states: list[State] = []
    for ask in plan:
        answer = known(ask)
        state = answer.state
        states.append(state)
        if found := _ended(layer, source, ask, answer, kind, peeks):
            outcome, reason, error, value, is_certain = found
            asks = plan[: len(states)]
            return Step(layer, outcome, asks, reason, error, value, is_certain, states=states)
    return Step(layer, "miss", plan, "absent" if state == "present" else state, states=states)


def _ended(layer: Layer, source: Source, ask: Ask, answer: Answer, kind: Kind, peeks: bool) -> Found | None:
    """None where this answer is "no", so that the next question is sent."""
    state = answer.state
    if state == "present":
        if ask.skips_empty and _is_empty(answer):
            return None
        return _present(layer, source, answer, kind, peeks)
    if state == "unknown":
        return Found("unknown", state)
    raised = ask.errors.get(state)
    return Found("error", state, answer.error or raised) if raised else None


def _is_empty(answer: Answer) -> bool:
    return answer.use == "empty" if answer.value is None else not answer.value


def _present(layer: Layer, source: Source, answer: Answer, kind: Kind, peeks: bool) -> Found:
    if kind == "connection" and _is_empty(answer) and not isinstance(answer.value, Mapping):
        return Found("miss", "empty")
    if answer.value is None or peeks:
        return _judged(layer, answer, kind)
    if kind != "connection":
        text = source.variable(answer.value)
        return Found("miss", "empty") if text is None else Found("hit", value=text)
    try:
        found = source.connection(answer.value, layer.dialect)
    except DecodeError as failure:
        return Found("error", failure.reason, failure.airflow_class)
    if found is None:
        return Found("miss", "empty")
    if failed := _write_failure(found, layer.dialect):
        return Found("error", "no-uri", failed)
    return Found("hit", value=found)


def _judged(layer: Layer, answer: Answer, kind: Kind) -> Found:
    """Without the value: a variable wins whatever it is, a connection if its process can read it."""
    if kind == "connection" and (answer.use == "broken" or layer.dialect in answer.unreadable):
        return Found("error", "broken")
    return Found("hit", is_certain=kind != "connection" or answer.use == "usable")


def _write_failure(found: Connection, dialect: Dialect) -> str:
    """Airflow spells what it found as a URI for its cache, and goes on to the next source if it cannot."""
    try:
        uri_writer.write(found, RULES[dialect])
    except CodecError as failure:
        return failure.airflow_class
    return ""
