"""What the page of the set-up shows beside its questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.forms import BoundField
from django.http import QueryDict

from secretsui.core.chain import distribution_of
from secretsui.core.findings import Rule
from secretsui.core.pieces import Piece
from secretsui.core.rules.audit import RULES
from secretsui.core.sensitive import Sensitive
from secretsui.core.settings_lint import Asked, Setting, lint
from secretsui.core.setup.answers import Answers
from secretsui.core.setup.kwargs import secret_kwarg
from secretsui.core.setup.policies import permissions
from secretsui.core.setup.settings import settings_of
from secretsui.core.setup.snippet import Snippet
from secretsui.core.setup.snippets import snippets
from secretsui.inventory.models import Prefix
from secretsui.web.forms.setup import OF_IDENTITY, OF_LOGIN, OF_STORE, SetupForm
from secretsui.web.setup_pattern import tried
from secretsui.web.setup_words import PERMISSIONS

# Names that a reader looks for: of settings, of the parts of a policy, of what has to be filled in.
_KEYS: Final = re.compile(
    r"""(
    AIRFLOW__[A-Z_]+
    |^(?:secrets|workers)\.\w+$
    |(?<=")(?:secrets|workers)\.\w+(?=")
    |^\w+(?=\ =\ )
    |^\ *(?:-\ )?\w+(?=:)
    |"(?:Version|Statement|Sid)"
    |<\w+>
    )""",
    re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One text of a card, coloured."""

    group: str
    snippet: Snippet
    is_front: bool

    @property
    def id(self) -> str:
        return f"{self.group}-{self.snippet.id}"

    @property
    def pieces(self) -> Sequence[Piece]:
        return [
            Piece(part, "host" if place % 2 else "plain")
            for place, part in enumerate(_KEYS.split(self.snippet.text))
            if part
        ]


@dataclass(frozen=True, slots=True)
class Card:
    id: str
    title: Any
    tabs: Sequence[Tab]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the answers come to. `lacking` are labels of what only the policies need."""

    settings: Card
    permissions: Sequence[Card]
    findings: Sequence[Rule]
    secret: str
    lacking: Sequence[str]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the classes that say when it is one, and what is said of the answer."""

    field: BoundField
    css: str
    notices: Sequence[str]


def shown(form: SetupForm, sent: QueryDict) -> Shown | None:
    if not form.is_valid():
        return None
    answers, lacking = form.answers, form.lacking()
    found = [] if lacking else permissions(answers)
    return Shown(
        settings=_card("settings", "", snippets(answers), sent),
        permissions=[_card(each.id, PERMISSIONS[each.id], each.snippets, sent) for each in found],
        findings=[*findings(answers)],
        secret=secret_kwarg(answers),
        lacking=lacking,
    )


def _card(group: str, title: Any, found: Sequence[Snippet], sent: QueryDict) -> Card:
    chosen = sent.get(f"tab-{group}", "")
    front = chosen if chosen in [each.id for each in found] else found[0].id
    return Card(group, title, [Tab(group, each, each.id == front) for each in found])


def findings(answers: Answers) -> Iterator[Rule]:
    """The rules that have something to say about these settings, once each."""
    package = distribution_of(answers.class_path)
    settings = [Setting(each.variable, "setting", Sensitive(each.value)) for each in settings_of(answers)]
    providers = {package: answers.provider} if answers.provider else {}
    report = lint(Asked(Sensitive(""), settings, answers.airflow, providers, answers.platform))
    for rule in dict.fromkeys(remark.rule for remark in report.remarks):
        yield RULES[rule]


def backend_fields(form: SetupForm) -> Sequence[Question]:
    names = dict.fromkeys(name for fields in OF_STORE.values() for name in fields if name not in ACCESS)
    login = dict.fromkeys(name for fields in OF_LOGIN.values() for name in fields)
    identity = dict.fromkeys(name for fields in OF_IDENTITY.values() for name in fields)
    return [_asked(form, name) for name in (*names, *login, *identity)]


ACCESS: Final = ("role_arn", "kms_key", "shared_kms_key", "member", "principal", "scope")


def access_fields(form: SetupForm) -> Sequence[Question]:
    return [_asked(form, name) for name in ACCESS]


def fields(form: SetupForm, *names: str) -> Sequence[Question]:
    return [_asked(form, name) for name in names]


def _asked(form: SetupForm, name: str) -> Question:
    return Question(form[name], _css(name), form.notices.get(name, ()))


_WHEN: Final[Sequence[tuple[str, Mapping[str, Sequence[str]]]]] = (
    ("of", OF_STORE),
    ("login", OF_LOGIN),
    ("identity", OF_IDENTITY),
)


# Of questions that are asked but where setup.css says otherwise.
_UNLESS: Final[Mapping[str, str]] = {
    "variables": "unshared",
    "config": "unshared",
    "connections_pattern": "patterned",
    "variables_pattern": "patterned unshared",
    "worker_connections": "w-own",
    "worker_variables": "w-own unshared",
}


def _css(name: str) -> str:
    """`of-vault` and the like: setup.css shows a field where one of these is chosen."""
    for start, groups in _WHEN:
        found = [f"{start}-{group}" for group, names in groups.items() if name in names]
        if found:
            return " ".join(["when", *found])
    return _UNLESS.get(name, "")


def context_of(form: SetupForm, sent: QueryDict, prefixes: Sequence[Prefix]) -> dict[str, Any]:
    """`prefixes` are those whose ids this person may list."""
    result = shown(form, sent)
    return {
        "form": form,
        "shown": result,
        "tried": tried(form.answers, prefixes) if result else None,
        "where": fields(form, "airflow", "provider", "name"),
        "backend": backend_fields(form),
        "prefixes": fields(form, "connections", "variables", "config", "connections_pattern", "variables_pattern"),
        "worker_prefixes": fields(form, "worker_connections", "worker_variables"),
        "access": access_fields(form),
        "every": [_asked(form, name) for name in form.fields if name not in ("platform", "store")],
    }
