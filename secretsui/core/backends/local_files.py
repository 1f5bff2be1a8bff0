"""Files on the machine of the process, as Airflow's own backend for them reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from secretsui.core import construct, json_text
from secretsui.core.backends.source import DISABLED, Ask, Backend, BadKwargs, Context, Kind, Plan, Raises, State
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import Connection, conceal
from secretsui.core.dialects import STANDARD_KEYWORDS, Dialect
from secretsui.core.sensitive import Sensitive
from secretsui.core.versions import at_least

STORE: Final = "file"
ERRORS: Final[Mapping[State, str]] = {"denied": "PermissionError", "failed": "AirflowException"}
PATHS: Final[Mapping[Kind, str]] = {
    "connection": "connections_file_path",
    "variable": "variables_file_path",
    "config": "configs_file_path",
}


class LocalFiles:
    """Its store answers with an entry of the file: a URI (JSON text is none), or an object where the format has them.

    One entry that is no connection makes every lookup in the file fail.
    """

    def __init__(self, backend: Backend, context: Context) -> None:
        kinds = PATHS if at_least(context.airflow, "3") else {kind: PATHS[kind] for kind in ("connection", "variable")}
        if not backend.kwargs.keys() <= set(kinds.values()):
            raise BadKwargs(Raises("TypeError", "unknown-kwarg"))
        self.class_name = backend.class_name
        self.paths: Mapping[str, Any] = {kind: backend.kwargs.get(name) for kind, name in kinds.items()}

    def plan(self, kind: Kind, secret_id: str, _team: str) -> Plan:
        path = self.paths.get(kind)
        return (Ask(STORE, secret_id, mount=str(path), errors=ERRORS),) if path else DISABLED

    def connection(self, value: object, dialect: Dialect) -> Connection | None:
        # The server's model, in whatever process.
        model: Dialect = "3.3" if dialect == "3.3-sdk" else dialect
        fields = {"uri": value.reveal()} if isinstance(value, Sensitive) else _fields(value)
        return construct.construct(fields, model)

    def variable(self, value: object) -> Sensitive | None:
        return value if isinstance(value, Sensitive) else conceal(value)


def _fields(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise DecodeError("AirflowException", "not-object")
    if not value.keys() <= STANDARD_KEYWORDS | {"conn_id", "extra_dejson"}:
        raise DecodeError("AirflowException", "unknown-key")
    if "extra" in value and "extra_dejson" in value:
        raise DecodeError("AirflowException", "unknown-key", "extra and extra_dejson")
    fields = {name: each for name, each in value.items() if name not in ("conn_id", "extra_dejson")}
    if "extra_dejson" in value:
        fields["extra"] = json_text.dump(value["extra_dejson"], DecodeError, subject="extra")
    return fields
