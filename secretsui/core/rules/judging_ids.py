"""How rules go through what the processes of a deployment see, and make one verdict of what they say of a subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from secretsui.core.rules.estate import Cell, Estate, Id, Subject, View
from secretsui.core.rules.outcome import PASSED, Check, Failed, Outcome, Unchecked

BACKENDS: Final = ("worker-backend", "backend")
ENVIRONMENTS: Final = ("worker-environment", "environment")
METASTORE: Final = "metastore"
MANAGER: Final = "environment-manager"
SAME_ENTRY: Final = "same-entry"
UNSEEN: Final = ("unknown", "failed", "denied")
# Nothing is known of what the backend asks.
OPAQUE: Final = ("no-kwargs", "unknown-class", "risky-pattern", "store-not-read")

# What a rule says of one id as one process sees it; nothing where it is not about that.
OfView = Callable[[View], Iterator[Outcome]]


def each_id(judge: OfView) -> Check:
    return each_id_with_view(lambda _id, view: judge(view))


def each_id_with_view(judge: Callable[[Id, View], Iterator[Outcome]]) -> Check:
    def check(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
        for deployment in estate.deployments:
            for id_ in deployment.ids:
                yield from ((id_, outcome) for outcome in of_id(id_, partial(judge, id_)))

    return check


def of_id(id_: Id, judge: OfView) -> Sequence[Outcome]:
    """Processes that see the same fault tell it once."""
    return settled(outcome for view in id_.views.values() for outcome in judge(view))


def settled(outcomes: Iterable[Outcome]) -> Sequence[Outcome]:
    """Of one subject: each fault once, else what could not be judged, and only else that it passes."""
    found = list(outcomes)
    failed: dict[tuple[str, str], Outcome] = {}
    for each in found:
        if isinstance(each, Failed):
            failed.setdefault((each.code, each.field), each)
    if failed:
        return list(failed.values())
    return [next((each for each in found if isinstance(each, Unchecked)), PASSED)] if found else []


def layer(column: str) -> str:
    return column.partition("/")[0]


def is_shared(column: str) -> bool:
    return column.endswith("/shared")


def lies(cell: Cell) -> bool:
    """Something is there, whether or not Airflow can use it."""
    return cell.held or cell.state in ("wins", "wins-if", "shadowed")


def before_winner(view: View) -> Sequence[Cell]:
    """What Airflow passes over on its way; everything where nothing is found."""
    columns = [cell.column for cell in view.cells]
    return view.cells[: columns.index(view.winner)] if view.winner in columns else view.cells


def below_winner(view: View) -> Sequence[Cell]:
    columns = [cell.column for cell in view.cells]
    return view.cells[columns.index(view.winner) + 1 :] if view.winner in columns else ()


def why_unseen(cell: Cell) -> Unchecked:
    return Unchecked(cell.reason or cell.state)
