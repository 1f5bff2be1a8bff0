"""HashiCorp Vault's key-value engine, as the hashicorp provider reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from secretsui.core import codec, construct, json_form, json_text
from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.source import (
    DISABLED,
    TEAM_MARKER,
    Ask,
    Backend,
    BadKwargs,
    Context,
    Kind,
    Never,
    Plan,
    Raises,
    State,
)
from secretsui.core.backends.vault_login import require_login
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import Connection, conceal
from secretsui.core.dialects import Dialect
from secretsui.core.sensitive import Sensitive
from secretsui.core.versions import at_least

STORE: Final = "vault"
ERRORS: Final[Mapping[State, str]] = {"denied": "VaultError", "failed": "VaultError"}
# Before 4.8.1, which logs in anew and then gives up.
OLDER_ERRORS: Final[Mapping[State, str]] = {**ERRORS, "denied": "Forbidden"}

_NO_MOUNT: Final = Never("no-mount")


class Vault:
    """Its store answers with the object under a path: a mapping."""

    def __init__(self, backend: Backend, context: Context) -> None:
        kwargs = backend.kwargs
        self.class_name = backend.class_name
        self.context = context
        self.takes_lists = at_least(backend.provider, "4.8")
        self.errors = ERRORS if at_least(backend.provider, "4.8.1") else OLDER_ERRORS
        self.knows_teams = at_least(backend.provider, "4.6")  # 4.5 is told the team, and does not ask for it
        self.mount = kwargs.get("mount_point", "secret")
        self.uses_team_paths = kwargs.get("use_team_secrets_path", True)
        self.paths = {kind: self._paths(plural, kwargs) for kind, plural in PLURALS.items()}
        self.global_path = self._global_path(kwargs)
        require_login(kwargs, context.environ)

    def _paths(self, plural: str, kwargs: Mapping[str, Any]) -> Sequence[str] | None:
        name = f"{plural}_path"
        given = kwargs.get(name, plural)
        if given is None:
            return None
        if self.takes_lists and isinstance(given, list | dict):
            return [_stripped(path, name) for path in given]
        if not isinstance(given, str):
            raise BadKwargs(Raises("TypeError" if self.takes_lists else "AttributeError", "wrong-type", name))
        return [given.rstrip("/")]

    def _global_path(self, kwargs: Mapping[str, Any]) -> str | None:
        """4.8 takes it for one more path of each list."""
        given = kwargs.get("global_secrets_path") if self.knows_teams else None
        if given is None:
            return None
        path = _stripped(given, "global_secrets_path")
        if self.takes_lists:
            self.paths = {kind: [*(paths or ()), path] for kind, paths in self.paths.items()}
        return path

    def plan(self, kind: Kind, secret_id: str, team: str) -> Plan:
        paths = self.paths[kind]
        if not paths:
            return DISABLED
        mount, name = self.mount, secret_id
        if not mount:
            mount, found, name = secret_id.partition("/")
            if not found:
                return _NO_MOUNT
        if kind != "config" and self._is_refused(name, team):
            return TEAM_MARKER
        bases = paths if kind == "config" else self.bases(paths, team)
        paths = [f"{base}/{name}" if base else name for base in bases]
        return tuple(Ask(STORE, squeezed(each), mount=squeezed(str(mount)), errors=self.errors) for each in paths)

    def bases(self, paths: Sequence[str], team: str) -> Sequence[str]:
        if not (self.context.multi_team and self.knows_teams):
            return paths
        teams = [f"{path}/{team}" for path in paths] if team and self.uses_team_paths else []
        if self.takes_lists:
            return teams or paths
        if self.global_path is None:
            return [*teams, *paths]
        return [*teams, *(f"{path}/{self.global_path}" for path in paths)]

    def _is_refused(self, name: str, team: str) -> bool:
        is_guarded = self.takes_lists and self.context.multi_team and self.uses_team_paths
        return bool(is_guarded and not team and "/" in name)

    def connection(self, value: object, dialect: Dialect) -> Connection | None:
        fields = _mapping(value)
        uri = fields.get("conn_uri")
        if not self.takes_lists:
            # Older releases call the server's model themselves, in whatever process.
            return construct.construct({"uri": uri} if uri else fields, self._model_dialect(dialect))
        if not uri:
            return json_form.read(json_text.dump(dict(fields), DecodeError), dialect)
        if not isinstance(uri, str):
            raise DecodeError("AttributeError", "wrong-type", "conn_uri")
        return codec.decode(uri, dialect)

    def _model_dialect(self, dialect: Dialect) -> Dialect:
        return "3.3" if dialect == "3.3-sdk" else dialect

    def variable(self, value: object) -> Sensitive | None:
        return conceal(_mapping(value).get("value"))


def squeezed(path: str) -> str:
    """Its client asks for the path without slashes at its ends, and for one where there are several."""
    return "/".join(each for each in path.split("/") if each)


def _stripped(path: Any, name: str) -> str:
    if not isinstance(path, str):
        raise BadKwargs(Raises("AttributeError", "wrong-type", name))
    return path.rstrip("/")


def _mapping(value: object) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise TypeError(f"Vault answered with a {type(value).__name__}.")
