"""What is wrong with one id, in one word: from how its lookup went, and how what lies elsewhere compares to the winner.

docs/lookup.md says what each word means and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, get_args

from secretsui.core.lookup import Resolution, Step
from secretsui.core.prints import Verdict

Conflict = Literal["different", "never", "falls-through", "nowhere", "cannot-compare", "not-checked", "same", "none"]
# Worst first. Of what applies to one id, the worst is said.
CONFLICTS: Final[tuple[Conflict, ...]] = get_args(Conflict)

_CANNOT_TELL: Final[Verdict] = "cannot-tell"
_OF_SHADOWED: Final[Mapping[Verdict, Conflict]] = {
    "different": "different",
    "cannot-tell": "cannot-compare",
    "same": "same",
}
_USELESS: Final = frozenset({"deleted", "binary"})
_UNSEEN: Final = frozenset({"denied", "failed"})
# For the shared account even a secret that is not there is an error, and yet nothing that lies in the way.
_NO_BREAKAGE: Final = _UNSEEN | {"absent"}


def judge(resolution: Resolution, verdicts: Mapping[str, Verdict]) -> Conflict:
    """`verdicts` has each column but the winner's in which something lies, also where no lookup leads to it.

    A column is named like its layer, or `layer/shared` for the second place of one. The verdict says how what lies
    there compares with the winner, "cannot-tell" where there is none.
    """
    return worst(*_of_columns(resolution, verdicts), *_of_steps(resolution, verdicts))


def worst(*conflicts: Conflict) -> Conflict:
    return min(conflicts, key=CONFLICTS.index, default="none")


def _of_columns(resolution: Resolution, verdicts: Mapping[str, Verdict]) -> Iterator[Conflict]:
    """What lies somewhere, and is not the winner."""
    steps: dict[str, Step] = {step.layer.id: step for step in (*resolution.trace, *resolution.below)}
    held = {column: verdicts[column] for column in verdicts if column.partition("/")[0] in steps}
    unjudged = [column for step in resolution.shadowed if (column := hit_in(step)) not in held]
    for column, verdict in (*held.items(), *((column, _CANNOT_TELL) for column in unjudged)):
        layer, _, place = column.partition("/")
        step = steps[layer]
        if _is_out_of_reach(step, is_shared=bool(place)):
            yield "never"
        elif resolution.source is None:
            yield "nowhere"
        elif step.outcome == "hit":
            yield _OF_SHADOWED[verdict]


def hit_in(step: Step) -> str:
    """The column of the place that answered last."""
    is_shared = bool(step.asks) and step.asks[-1].place == "shared"
    return f"{step.layer.id}/shared" if is_shared else step.layer.id


def _is_out_of_reach(step: Step, *, is_shared: bool) -> bool:
    """Does nothing that the layer asks lead to it?"""
    if step.outcome == "never":
        return True
    pairs = zip(step.asks, step.states, strict=True)
    asked = [state for ask, state in pairs if (ask.place == "shared") == is_shared]
    return bool(asked) and set(asked) == {"absent"}


def _of_steps(resolution: Resolution, verdicts: Mapping[str, Verdict]) -> Iterator[Conflict]:
    for step in resolution.trace:
        is_winner = step.layer is resolution.source
        states = set(step.states[:-1] if is_winner else step.states)
        is_useless = not is_winner and (step.reason == "empty" or _is_broken(step, verdicts))
        if states & _USELESS or is_useless:
            yield "falls-through" if resolution.source else "nowhere"
        if states & _UNSEEN:
            yield "falls-through" if resolution.source else "not-checked"
    if any(_is_open(step) for step in (*resolution.trace, *resolution.below)):
        yield "not-checked"


def _is_broken(step: Step, verdicts: Mapping[str, Verdict]) -> bool:
    """A value that cannot be read, or one that lies where Airflow stumbles before it asks."""
    if step.outcome != "error" or step.reason in _NO_BREAKAGE:
        return False
    return bool(step.asks) or any(column.partition("/")[0] == step.layer.id for column in verdicts)


def _is_open(step: Step) -> bool:
    return step.outcome == "unknown" or not step.is_certain
