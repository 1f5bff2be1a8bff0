"""Fields of a deployment's form that read more than a word: kwargs, versions of providers, a credential's reference."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.airflow import credentials
from secretsui.inventory.clean import storable
from secretsui.inventory.models import Account

VERSION: Final = RegexValidator(
    r"^\d{1,3}(\.\d{1,6}){1,3}([a-z.+-][\w.+-]*)?\Z", gettext_lazy("Write the version as Airflow does: 3.3.2.")
)
CLASS_PATH: Final = RegexValidator(
    r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+\Z",
    gettext_lazy("Write the path of the class as in Airflow's setting: package.module.Class."),
)
_PROVIDER: Final = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]{0,100})(?:\s*==\s*|\s+)(?P<version>\d[\w.+!-]{0,40})", re.ASCII
)
NO_ACCOUNT: Final = ("", gettext_lazy("Not known here"))


class KwargsField(forms.CharField):
    """A JSON object, given back as a mapping; empty is the empty one."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "mono"})
        super().__init__(required=False, widget=widget, max_length=20_000, **options)

    def prepare_value(self, value: object) -> object:
        if isinstance(value, Mapping):
            return json.dumps(value, indent=2, ensure_ascii=False) if value else ""
        return value

    def clean(self, value: Any) -> dict[str, Any]:
        text = super().clean(value)
        found = _loaded(text) if text.strip() else {}
        if not isinstance(found, dict):
            raise forms.ValidationError(
                _('Write a JSON object, such as {"connections_prefix": "airflow/connections"}.')
            )
        return found


def _loaded(text: str) -> Any:
    try:
        found = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        at = {"line": error.lineno, "column": error.colno}
        raise forms.ValidationError(_("This is no JSON: look at line %(line)d, column %(column)d.") % at) from None
    except (ValueError, RecursionError):
        raise forms.ValidationError(_("This JSON holds a number or a nesting that cannot be kept.")) from None
    clear = json.dumps(found, ensure_ascii=False)
    if storable(clear) != clear or "\\u0000" in clear:
        raise forms.ValidationError(_("This JSON holds signs that cannot be kept."))
    return found


def _refuse(_constant: str) -> NoReturn:
    raise ValueError


class ProvidersField(forms.CharField):
    """One `distribution version` a line, given back as a mapping."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "mono"})
        super().__init__(required=False, widget=widget, max_length=20_000, **options)

    def prepare_value(self, value: object) -> object:
        if isinstance(value, Mapping):
            return "\n".join(f"{name} {version}" for name, version in value.items())
        return value

    def clean(self, value: Any) -> dict[str, str]:
        lines = enumerate(super().clean(value).splitlines(), 1)
        return dict(_provider(number, line.strip()) for number, line in lines if line.strip())


def _provider(number: int, line: str) -> tuple[str, str]:
    found = _PROVIDER.fullmatch(line)
    if not found:
        example = "apache-airflow-providers-amazon 9.39.0"
        raise forms.ValidationError(
            _("Line %(number)d: write a distribution and its version, as in %(example)s.")
            % {"number": number, "example": example}
        )
    return re.sub(r"[-_.]+", "-", found["name"]).lower(), found["version"]


class AccountField(forms.ChoiceField):
    """An account by its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def offer(self, accounts: Mapping[str, Account]) -> None:
        self.accounts = accounts
        self.choices = [NO_ACCOUNT, *((name, str(name)) for name in accounts)]

    def clean(self, value: Any) -> Account | None:
        return self.accounts.get(super().clean(value))


def check_reference(text: str) -> str:
    """What cannot be used as a credential's reference is refused; the words about one that leads nowhere yet."""
    problem = credentials.check(text) if text else None
    if problem is None:
        return ""
    words = f"{problem.sentence} {problem.remedy}"
    if problem.code in ("form", "outside"):
        raise forms.ValidationError(words)
    return words


def check_address(text: str) -> None:
    if "@" in urlsplit(text).netloc or urlsplit(text).query:
        raise forms.ValidationError(
            _("Write the address without user, password and query, such as https://airflow.example.com.")
        )
