"""The rules about values that Airflow does not get at: of one id, and the table of the whole family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from secretsui.core.rules import reach_access, reach_names, reach_settings
from secretsui.core.rules.estate import Cell, Estate, Subject, View
from secretsui.core.rules.judging_ids import (
    BACKENDS,
    OPAQUE,
    UNSEEN,
    before_winner,
    each_id,
    is_shared,
    layer,
    lies,
    why_unseen,
)
from secretsui.core.rules.outcome import PASSED, Check, Failed, Outcome, Unchecked
from secretsui.core.rules.reachability_rules import ALL

RULES: Final = {rule.id: rule for rule in ALL}
_READ_BY_AIRFLOW: Final = ("connection", "variable", "config")


def unmatched(view: View) -> Iterator[Outcome]:
    """Behind one's own secret the shared account is not asked either, which has nothing to do with the pattern."""
    for cell in _of_backends(view):
        if is_shared(cell.column):
            continue
        if cell.reason in OPAQUE:
            yield Unchecked(cell.reason)
        elif cell.reason == "pattern" and cell.held:
            yield Failed("unmatched", cell.column)
        elif lies(cell):
            yield PASSED


def pending_deletion(view: View) -> Iterator[Outcome]:
    """What is deleted below the winner is missed by nobody."""
    passed_over = {cell.column for cell in before_winner(view)}
    for cell in _of_backends(view):
        if cell.state in UNSEEN and cell.column in passed_over:
            yield why_unseen(cell)
        elif cell.state == "deleted" and cell.column in passed_over:
            yield _of_deleted(view, cell)
        elif lies(cell):
            yield PASSED


def _of_deleted(view: View, cell: Cell) -> Outcome:
    if view.winner:
        return Failed("falls-through", cell.column, facts={"winner": view.winner})
    severity: Any = "high"
    return Failed("found-nowhere", cell.column, severity=severity)


def _of_backends(view: View) -> Iterator[Cell]:
    return (cell for cell in view.cells if layer(cell.column) in BACKENDS)


def binary(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    for secret in estate.secrets:
        if secret.deleted_at is not None or secret.kind not in _READ_BY_AIRFLOW:
            continue
        if secret.form == "binary":
            yield secret, Failed("binary")
        else:
            yield secret, PASSED if secret.form else Unchecked(secret.read_error or "not-read")


CHECKS: Final[Mapping[str, Check]] = {
    "R-10": each_id(unmatched),
    "R-11": reach_settings.pattern_of_paths,
    "R-12": reach_settings.open_pattern,
    "R-13": reach_names.near_a_prefix,
    "R-14": reach_names.leading_slash,
    "R-15": reach_names.stray_separator,
    "R-16": reach_names.deeper_path,
    "R-17": each_id(pending_deletion),
    "R-18": binary,
    "R-19": reach_access.cannot_decrypt,
    "R-20": reach_access.may_not_read,
    "R-21": reach_settings.elsewhere,
    "R-22": reach_settings.switched_off,
    "R-23": reach_settings.variables_among_connections,
}
