"""The rules about one value in the way of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from secretsui.core.backends import parameter_store, secrets_manager
from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.source import Backend
from secretsui.core.prints import HIDDEN
from secretsui.core.rules.estate import Cell, Deployment, Entry, Estate, Id, Subject, View
from secretsui.core.rules.judging_ids import (
    BACKENDS,
    ENVIRONMENTS,
    MANAGER,
    METASTORE,
    SAME_ENTRY,
    UNSEEN,
    below_winner,
    each_id,
    each_id_with_view,
    is_shared,
    layer,
    lies,
    why_unseen,
)
from secretsui.core.rules.outcome import PASSED, Check, Failed, Outcome, Unchecked
from secretsui.core.rules.precedence_rules import ALL
from secretsui.core.versions import at_least

RULES: Final = {rule.id: rule for rule in ALL}

# Kwargs that tell who asks, not what is asked for.
_ACCESS: Final = frozenset({
    "assume_role_kwargs", "assume_role_method", "aws_access_key_id", "aws_secret_access_key", "aws_session_token",
    "botocore_config", "client_id", "client_secret", "config", "config_kwargs", "endpoint_url", "gcp_key_path",
    "key_path", "password", "profile_name", "role_arn", "role_id", "secret_id", "session_kwargs", "token",
    "token_path", "username", "verify",
})  # fmt: skip
_DEFAULTS: Final = {
    "SecretsManagerBackend": secrets_manager.DEFAULTS,
    "SharedSecretsManagerBackend": secrets_manager.DEFAULTS,
    "SystemsManagerParameterStoreBackend": parameter_store.DEFAULTS,
}


def backend_hides_environment(view: View) -> Iterator[Outcome]:
    return _hidden(view, BACKENDS, ENVIRONMENTS, "environment-hidden")


def metastore_hidden(view: View) -> Iterator[Outcome]:
    return _hidden(view, (*BACKENDS, *ENVIRONMENTS, MANAGER), (METASTORE,), "row-hidden")


def manager_in_the_way(view: View) -> Iterator[Outcome]:
    yield from _hidden(view, BACKENDS, (MANAGER,), "object-hidden")
    yield from _hidden(view, (MANAGER,), ENVIRONMENTS, "hidden-by-object")


def _hidden(view: View, winners: tuple[str, ...], hidden: tuple[str, ...], code: str) -> Iterator[Outcome]:
    if layer(view.winner) not in winners:
        yield from (PASSED for cell in view.cells if cell.column == view.winner and layer(cell.column) in hidden)
        return
    for cell in below_winner(view):
        if layer(cell.column) in hidden:
            yield _of_hidden(view, cell, code)


def _of_hidden(view: View, cell: Cell, code: str) -> Outcome:
    if cell.state in UNSEEN:
        return why_unseen(cell)
    return Failed(code, cell.column, facts={"winner": view.winner}) if _is_shadowed(cell) else PASSED


def _is_shadowed(cell: Cell) -> bool:
    """Two layers that read one and the same entry are no two."""
    return cell.state == "shadowed" and cell.reason != SAME_ENTRY


def other_value(view: View) -> Iterator[Outcome]:
    return _compared(view, "different", "other-value")


def same_value(view: View) -> Iterator[Outcome]:
    return _compared(view, "same", "same-value")


def _compared(view: View, wanted: str, code: str) -> Iterator[Outcome]:
    for cell in below_winner(view):
        if cell.state in UNSEEN:
            yield why_unseen(cell)
        elif _is_shadowed(cell) and cell.compared not in ("same", "different"):
            yield Unchecked("cannot-compare")
        elif _is_shadowed(cell) and cell.compared == wanted:
            yield Failed(code, cell.column, facts={"winner": view.winner, **_fields(cell)})
        else:
            yield PASSED


def _fields(cell: Cell) -> Mapping[str, str]:
    """Keys of the extra are not named: one may be a value that lost its place."""
    names = {name.partition("@")[0].partition(".")[0] for name in cell.fields}
    return {"fields": ", ".join(sorted(names))} if names else {}


def own_hides_shared(view: View) -> Iterator[Outcome]:
    for cell in view.cells:
        if not is_shared(cell.column):
            continue
        if layer(cell.column) != view.winner:
            yield PASSED
        elif cell.state in UNSEEN:
            yield why_unseen(cell)
        elif lies(cell) and cell.reason != SAME_ENTRY:
            severity: Any = "low" if cell.compared == "same" else None
            yield Failed("shared-hidden", cell.column, facts={"winner": view.winner}, severity=severity)
        else:
            yield PASSED


def cannot_compare(id_: Id, view: View) -> Iterator[Outcome]:
    for cell in below_winner(view):
        if _is_shadowed(cell):
            if cell.compared in ("same", "different"):
                yield PASSED
            else:
                is_masked = any(_is_masked(each) for each in id_.entries if each.layer in (cell.column, view.winner))
                code = "masked" if is_masked else "not-read"
                yield Failed(code, cell.column, facts={"winner": view.winner})


def _is_masked(entry: Entry) -> bool:
    return HIDDEN in entry.prints.values()


def written_beside(id_: Id, view: View) -> Iterator[Outcome]:
    """Of a variable alone: tasks can set those, and what they set is a row of the metadata database."""
    cell, won = view.cell(METASTORE), view.cell(view.winner)
    if id_.kind != "variable" or won is None or cell is None:
        return
    if layer(won.column) not in BACKENDS:
        if lies(cell):
            yield PASSED
    elif cell.state in UNSEEN:
        yield why_unseen(cell)
    elif not _is_shadowed(cell) or cell.compared == "same" or _is_older(cell, won):
        yield PASSED
    elif cell.compared != "different":
        yield Unchecked("cannot-compare")
    else:
        yield Failed("written-beside", cell.column, facts={"winner": view.winner})


def _is_older(cell: Cell, than: Cell) -> bool:
    return bool(cell.changed_at and than.changed_at and cell.changed_at < than.changed_at)


def workers_differ(estate: Estate) -> Iterator[tuple[Subject, Outcome]]:
    for deployment in estate.deployments:
        if at_least(deployment.settings.airflow, "3"):
            yield from ((deployment, outcome) for outcome in _of_workers(deployment))


def _of_workers(deployment: Deployment) -> Iterator[Outcome]:
    server, worker = deployment.settings.backend, deployment.settings.worker_backend
    if any(each in deployment.untold for each in BACKENDS):
        yield Unchecked("no-kwargs")
    elif worker is None:
        yield PASSED if deployment.worker_environ is not None else Unchecked("no-source")
    elif server is None or server.class_path != worker.class_path:
        yield Failed("other-class", "secrets_backend", facts={"worker": worker.class_name, "server": _name(server)})
    else:
        yield from _of_kwargs(_effective(server), _effective(worker))


def _name(backend: Backend | None) -> str:
    return backend.class_name if backend else ""


def _effective(backend: Backend) -> Mapping[str, Any]:
    """With what counts where a kwarg is left out, so that only a difference in effect is one."""
    defaults = _DEFAULTS.get(backend.class_name)
    usual = {f"{plural}_prefix": defaults[kind] for kind, plural in PLURALS.items()} if defaults else {}
    return usual | ({"sep": "/"} if defaults else {}) | dict(backend.kwargs)


def _of_kwargs(server: Mapping[str, Any], worker: Mapping[str, Any]) -> Iterator[Outcome]:
    names = [name for name in sorted({*server, *worker}) if server.get(name) != worker.get(name)]
    for name in names:
        if name in _ACCESS:
            yield Failed("other-access", name, facts={"kwarg": name}, severity="low")
        else:
            yield Failed("other-kwargs", name, facts={"kwarg": name})
    if not names:
        yield PASSED


CHECKS: Final[Mapping[str, Check]] = {
    "R-01": each_id(backend_hides_environment),
    "R-02": each_id(metastore_hidden),
    "R-03": each_id(other_value),
    "R-04": each_id(same_value),
    "R-05": workers_differ,
    "R-06": each_id(manager_in_the_way),
    "R-07": each_id(own_hides_shared),
    "R-08": each_id_with_view(cannot_compare),
    "R-09": each_id_with_view(written_beside),
}
