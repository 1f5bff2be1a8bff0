"""What Airflow 3 answers, read tolerantly: 3.0 to 3.3 differ in what they name, mask and leave out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from secretsui.airflow.api import BackendConfig, ConnectionRow, VariableRow
from secretsui.airflow.errors import ApiError, ConfigHidden, Failed, Forbidden, ForeignAnswer, NotFound, Unsupported
from secretsui.airflow.http import Answer
from secretsui.airflow.masks import extra as masked_extra
from secretsui.airflow.masks import is_masked, told
from secretsui.airflow.rest_v1 import rows_in, text_in
from secretsui.core.backend_settings import is_true, kwargs_of
from secretsui.core.connection import FIELDS, Connection, conceal
from secretsui.core.sensitive import Hidden
from secretsui.core.versions import at_least

Found = Mapping[str, Any]

_SECRET: Final = frozenset({"login", "password", "extra"})


def connection_row(found: Found) -> ConnectionRow:
    fields: dict[str, Any] = {name: _field(name, found[name]) if name in found else Hidden() for name in FIELDS}
    return ConnectionRow(text_in(found, "connection_id"), Connection(**fields), _text(found.get("team_name")))


def _field(name: str, value: Any) -> Any:
    if isinstance(value, str) and is_masked(value):
        return masked_extra(value) if name == "extra" else Hidden()
    return conceal(value) if name in _SECRET else value


def variable_row(found: Found) -> VariableRow:
    """null is one that Airflow could not decrypt."""
    value = found.get("value")
    shown = told(value) if isinstance(value, str) else Hidden()
    return VariableRow(text_in(found, "key"), shown, _text(found.get("description")), _text(found.get("team_name")))


def without_masks(forms: Sequence[Found]) -> Sequence[Found]:
    """Nothing stands where a mask stood, so that none is taken for the default of a field."""
    try:
        return [_without_masks(each) for each in forms]
    except RecursionError:
        reason = ForeignAnswer("The answer is nested too deeply.")
    raise reason


def _without_masks(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_masks(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_masks(each) for each in value]
    return None if isinstance(value, str) and is_masked(value) else value


def provider(found: Found) -> tuple[str, str]:
    return text_in(found, "package_name"), text_in(found, "version")


def backend_config(found: Found, airflow: str) -> BackendConfig:
    """Everything else in the configuration is dropped: it may hold values that were meant for pods."""
    sections = {_text(each.get("name")): _options(each) for each in rows_in(found, "sections")}
    server, worker, core = (sections.get(name, {}) for name in ("secrets", "workers", "core"))
    return BackendConfig(
        backend=server.get("backend", ""),
        kwargs=_kwargs(server, "backend", airflow),
        worker_backend=worker.get("secrets_backend", ""),
        worker_kwargs=_kwargs(worker, "secrets_backend", airflow),
        multi_team=is_true(core.get("multi_team", "")),
        test_connection=core.get("test_connection", ""),
    )


def _options(section: Found) -> Mapping[str, str]:
    return {text_in(each, "key").lower(): _text(each.get("value")) for each in rows_in(section, "options")}


def _kwargs(options: Mapping[str, str], option: str, airflow: str) -> Mapping[str, Any] | Hidden:
    """From 3.3 on each may have an option of its own, which counts more; masked, they are not told at all."""
    if not options.get(option):
        return {}
    start, together = f"{option}_kwarg__", options.get(f"{option}_kwargs", "")
    single = {name.removeprefix(start): value for name, value in options.items() if name.startswith(start)}
    counted = {name: value for name, value in single.items() if name} if at_least(airflow, "3.3") else {}
    if any(is_masked(text) for text in (together, *counted.values())):
        return Hidden()
    return {**kwargs_of(together), **counted}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def refusal(answer: Answer) -> ApiError | None:
    """Airflow's own text is searched for known facts and never passed on: it may quote what was sent."""
    if answer.status < 400:
        return None
    code, detail = str(answer.status), answer.detail
    if answer.status >= 500:
        return _failure(answer)
    if not isinstance(answer.content, dict):
        return ForeignAnswer(code=code)
    if answer.status == 403:
        return _forbidden(detail)
    if answer.status in (404, 405):
        return NotFound(code=code) if "was not found" in detail else _no_such_call(code)
    if answer.status == 422:
        return _unfit(answer.members)
    return Failed(f"Airflow refused the call with the status {code}.", code=code)


def _failure(answer: Answer) -> ApiError:
    """Its own is one line of text, where a proxy's is a page."""
    if answer.media not in ("text/plain", "application/json"):
        return ForeignAnswer(code=str(answer.status))
    return Failed(
        "Airflow failed while it answered.",
        remedy="Look into the log of its API server; one row that it cannot decrypt or read is enough.",
        code=str(answer.status),
    )


def _forbidden(detail: str) -> ApiError:
    if "expose the configuration" in detail:
        return ConfigHidden(code="403")
    if "Testing connections is disabled" in detail:
        return Unsupported(
            "Connection tests are off in this Airflow.",
            remedy="Set test_connection of [core] to Enabled there.",
            code="403",
        )
    return Forbidden(code="403")


def _unfit(found: Found) -> ApiError:
    """The complaints name fields, and quote what was sent."""
    complaints = found.get("detail")
    places = [each.get("loc") for each in complaints if isinstance(each, dict)] if isinstance(complaints, list) else []
    fields = [name for name in FIELDS if any(isinstance(place, list) and name in place for place in places)]
    which = f"the field {', '.join(fields)}" if fields else "a field of this"
    return Failed(
        f"Airflow does not accept {which}.", remedy="Correct it; an extra has to be a JSON object.", code="422"
    )


def _no_such_call(code: str) -> ApiError:
    return Unsupported(
        "There is no such API at this address.",
        remedy="Check the address, and whether this is Airflow 2 or 3.",
        code=code,
    )


def bulk_refusal(found: Found, action: str) -> ApiError | None:
    """A bulk call succeeds even where nothing in it did."""
    results = found.get(action)
    if not isinstance(results, dict):
        return ForeignAnswer()
    errors = rows_in(results, "errors")
    if not errors:
        return None
    code = str(errors[0].get("status_code", ""))
    return NotFound(code=code) if code == "404" else Failed(code=code)
