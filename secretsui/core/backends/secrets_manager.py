"""AWS Secrets Manager, as the amazon provider reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from secretsui.core import codec, json_form, json_text
from secretsui.core.aliases import rebuild
from secretsui.core.backends.amazon_teams import refusal, team_names
from secretsui.core.backends.prefixes import PLURALS, Prefixes, joined, patterns, stripped
from secretsui.core.backends.source import DISABLED, Ask, Backend, Context, Kind, Plan, Raises, State
from secretsui.core.backends.text import sensitive
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import Connection
from secretsui.core.dialects import Dialect
from secretsui.core.sensitive import Sensitive
from secretsui.core.versions import at_least

STORE: Final = "secrets-manager"
# A missing, deleted or binary secret is "no"; access, throttling and transport are not.
ERRORS: Final[Mapping[State, str]] = {"denied": "ClientError", "failed": "ClientError"}
DEFAULTS: Final[Prefixes] = {kind: f"airflow/{plural}" for kind, plural in PLURALS.items()}

_NAMELESS: Final = Raises("ParamValidationError", "empty-name")
# Not "missing": the service refuses to look.
_ILLEGAL: Final = Raises("ClientError", "illegal-name")
_NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")
_ARN: Final = re.compile(r"arn:[\w-]+:secretsmanager:.{1,2000}")


class SecretsManager:
    def __init__(self, backend: Backend, context: Context) -> None:
        kwargs = backend.kwargs
        self.class_name = backend.class_name
        self.provider, self.multi_team = backend.provider, context.multi_team
        self.sep = kwargs.get("sep", "/")
        self.prefixes = {kind: self._prefix(kind, kwargs) for kind in PLURALS}
        self.patterns = patterns(kwargs)
        self.words = kwargs.get("extra_conn_words") or {}
        # Newer releases take this word without a sound.
        self.is_quoted = bool(kwargs.get("are_secret_values_urlencoded")) and not at_least(backend.provider, "9")

    @property
    def reads_json_its_own_way(self) -> bool:
        """Settings decide which field a key is, or how its text is spelt."""
        return bool(self.words) or self.is_quoted

    def _prefix(self, kind: Kind, kwargs: Mapping[str, Any]) -> Any:
        name = f"{PLURALS[kind]}_prefix"
        given = kwargs.get(name, DEFAULTS[kind])
        return stripped(given, self.sep, name) if given else given

    def plan(self, kind: Kind, secret_id: str, team: str) -> Plan:
        if self.prefixes[kind] is None:
            return DISABLED
        return self.own(kind, secret_id, team)

    def own(self, kind: Kind, secret_id: str, team: str = "") -> Plan:
        """The questions to the account of the process."""
        refused = refusal(self, secret_id, team) or self.patterns[kind](secret_id)
        if refused:
            return refused
        prefix = self.prefixes[kind]
        names = team_names(self, secret_id, team) if prefix else [secret_id]
        paths = [joined(prefix, self.sep, name) if prefix else name for name in names]
        bad = next((refused for path in paths if (refused := bad_name(path))), None)
        return bad or tuple(Ask(STORE, path, errors=ERRORS) for path in paths)

    def connection(self, value: object, dialect: Dialect) -> Connection | None:
        text = sensitive(value).reveal()
        if not text:
            return None
        if text.strip().startswith("{"):
            return json_form.from_object(self._rebuilt(text), dialect)
        return codec.decode(text, dialect)

    def _rebuilt(self, text: str) -> dict[str, Any]:
        # Parsed as stored: a blank that only Python strips, such as a no-break space, is an error to the JSON parser.
        found: Any = json_text.load(text, DecodeError)
        rebuilt = rebuild(found, checked_words(self.words))
        return {name: _unquoted(name, value) for name, value in rebuilt.items()} if self.is_quoted else rebuilt

    def variable(self, value: object) -> Sensitive | None:
        return sensitive(value)


def bad_name(name: str) -> Raises | None:
    """What keeps a name, or an ARN in the place of one, from being looked up."""
    if not name:
        return _NAMELESS
    return None if _NAME.fullmatch(name) or _ARN.fullmatch(name) else _ILLEGAL


def checked_words(words: Any) -> Mapping[str, Iterable[str]]:
    """The configured aliases; what is wrong with them shows when a JSON secret is read."""
    if not isinstance(words, dict):
        raise DecodeError("AttributeError", "bad-conn-words", "extra_conn_words")
    if not all(isinstance(names, str | list | dict) for names in words.values()):
        raise DecodeError("TypeError", "bad-conn-words", "extra_conn_words")
    return words


def _unquoted(name: str, value: Any) -> Any:
    if value is None or (name == "extra" and isinstance(value, dict)):
        return value
    if not isinstance(value, str):
        raise DecodeError("AttributeError" if isinstance(value, list | dict) else "TypeError", "wrong-type", name)
    return unquote(value)
