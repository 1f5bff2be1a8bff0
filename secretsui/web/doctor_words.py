"""The locks between a role and a secret, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.core.doctor import statements
from secretsui.core.doctor.verdict import Check, Facts, Lock, Verdict, checks, verdict
from secretsui.web.vocabulary import UNKNOWN, Label

Words = str | Promise

LOCKS: Final[Mapping[Lock, Words]] = {
    "question": _("Name and region"),
    "secret-policy": _("Resource policy of the secret"),
    "key": _("Key of the secret"),
    "key-policy": _("Policy of the key"),
    "role-policy": _("Policies of the role, for the secret"),
    "role-key-policy": _("Policies of the role, for the key"),
}
OUTCOMES: Final[Mapping[str, Label]] = {
    "ok": Label("circle-check", "ok", _("Open")),
    "bad": Label("lock", "bad", _("Closed")),
    "unknown": UNKNOWN,
}
VERDICTS: Final[Mapping[Verdict, Label]] = {
    "works": Label("circle-check", "ok", _("The role can read this secret")),
    "fails": Label("alert-triangle", "bad", _("The role cannot read this secret")),
    "unknown": Label("help-circle", "warn", _("Could not check everything")),
}
SENTENCES: Final[Mapping[str, Words]] = {
    "asked": _("What Airflow asks for leads to this secret."),
    "not-given": _("The name that Airflow asks for was not given, so only the region was compared."),
    "name-only": _(
        "Airflow asks for the name %(asked)s, and AWS looks for a name in the account of the role, %(account)s. "
        "Write the ARN of the secret into the prefix, or use a backend with a shared account."
    ),
    "no-arn": _("What Airflow asks for begins like an ARN and is none. Copy the ARN from the page of the secret."),
    "account-digits": _(
        "The account %(asked)s in the ARN has %(digits)s characters. An account id has 12 digits; zeros in front of "
        "it are lost where it is written as a number."
    ),
    "other-account": _("The ARN names account %(asked)s, and the secret is in %(secret)s."),
    "other-region": _(
        "Airflow asks in %(asked)s, and the secret is in %(secret)s. Set the region of the backend, even where the "
        "ARN names it."
    ),
    "arn-region": _("The ARN names the region %(asked)s, and the secret is in %(secret)s."),
    "other-partition": _(
        "The role is in the partition %(asked)s and the secret in %(secret)s: nothing is shared between them."
    ),
    "arn-partition": _("The ARN names the partition %(asked)s, and the secret is in %(secret)s."),
    "slash": _("Airflow asks for %(asked)s, and the secret is called %(secret)s: a slash too many or too few."),
    "other-name": _("Airflow asks for %(asked)s, and the secret is called %(secret)s."),
    "suffix-trap": _(
        "The name ends in a hyphen and six characters, which AWS takes for the random end of an ARN. "
        "Ask for the whole: %(full)s."
    ),
    "other-suffix": _("The random end of the ARN is that of another secret. This one is %(full)s."),
    "allowed": _("It allows this role."),
    "not-needed": _("Within one account it is not needed."),
    "denied": _("It denies this role explicitly. A denial beats whatever is added: change it there."),
    "not-allowed": _("It does not allow this role."),
    "conditional": _("It depends on a condition that cannot be told from here."),
    "managed-key": _("The key is managed by AWS."),
    "managed-key-bad": _(
        "The key is managed by AWS (aws/secretsmanager), and such a key serves its own account alone. "
        "Choose a key of your own for this secret, then save its value once more."
    ),
    "own-key": _("A key of your own: %(key)s."),
    "key-disabled": _("The key is disabled or on its way to deletion. Enable it."),
    "no-account": _("The account of the role is not entered here, so its policies cannot be read."),
    "no-role": _("There is no such role in its account. Compare its name, with the path before it."),
    "not-yours": _("You have no grant in the account of the role, so its policies are not read for you."),
    "bounded": _("The role has a permissions boundary, so its policies do not say what it may do."),
}
_KNOWN_UNKNOWN: Final = ("conditional", "no-account", "not-yours", "bounded")
_CHOOSE: Final = _("In the place of KEY-ID comes the id of the key that you choose.")
PLACES: Final[Mapping[statements.Place, tuple[Words, Words, Words]]] = {
    "role": (
        _("For the role"),
        _("A policy to add to the role in its own account."),
        _("A policy to add to the role in its own account."),
    ),
    "secret": (
        _("For the secret"),
        _("The resource policy, with what is in it today. It replaces that one as a whole."),
        _("A statement to add to the resource policy of the secret."),
    ),
    "key": (
        _("For the key"),
        _("The key policy, with what is in it today. It replaces that one as a whole."),
        _("A statement to add to the policy of the key."),
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    title: Words
    label: Label
    sentence: Words


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be copied, and where it goes."""

    id: str
    title: Words
    where: Words
    json: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    verdict: Label
    facts: Facts
    rows: Sequence[Row]
    texts: Sequence[Text]


def diagnosis(facts: Facts) -> Diagnosis:
    found = checks(facts)
    return Diagnosis(
        VERDICTS[verdict(found)],
        facts,
        [Row(LOCKS[each.lock], OUTCOMES[each.outcome], _sentence(each)) for each in found],
        [_text(each) for each in statements.additions(facts, found)],
    )


def _sentence(check: Check) -> Words:
    if check.outcome == "unknown" and check.code not in _KNOWN_UNKNOWN:
        return check.facts.get("sentence") or UNKNOWN.words
    code = "managed-key-bad" if (check.code, check.outcome) == ("managed-key", "bad") else check.code
    return str(SENTENCES[code]) % check.facts


def _text(each: statements.Addition) -> Text:
    title, whole, alone = PLACES[each.place]
    body = json.dumps(each.document, indent=2, default=list)
    where = str(whole if each.is_whole else alone)
    return Text(each.place, title, f"{where} {_CHOOSE}" if statements.KEY_ID in body else where, body)
