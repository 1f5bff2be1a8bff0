"""What the settings check finds, in words. Sentences of audits are used where they fit; none repeats a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from secretsui.audits import words
from secretsui.core.findings import Finding
from secretsui.core.rules import format as values
from secretsui.core.settings_lint import Remark
from secretsui.web import findings

Text = str | Promise

SENTENCES: Final[Mapping[tuple[str, str], Text]] = {
    ("R-10", "unmatched-ids"): _(
        "The lookup pattern leaves out ids that lie in the backend, so Airflow never asks for them."
    ),
    ("R-13", "near-prefix"): _("Secrets lie beside the prefix of %(prefix)s and not under it, so none is found."),
    ("R-14", "leading-slash"): _("Names start with a slash and the prefix does not, so none of them is found."),
    ("R-14", "slash-before-prefix"): _(
        "%(kwarg)s starts with a slash. Secrets Manager adds none and removes none, so names without it are not found."
    ),
    ("R-14", "slash-in-prefix"): _("%(prefix)s starts with a slash and the names do not, so none of them is found."),
    ("R-15", "double-separator"): _("Names have two separators in a row, so Airflow never asks for them."),
    ("R-15", "separator-at-end"): _("Names end with a separator, so Airflow never asks for them."),
    ("R-15", "double-separator-in-prefix"): _(
        "Behind %(prefix)s stand two separators in a row: this prefix is not trimmed. Names need both, or are missed."
    ),
    ("R-15", "separator-trimmed"): _(
        "Airflow takes the separator off the end of %(kwarg)s. It does no harm; policies need the prefix without it."
    ),
    ("R-16", "deeper"): _("Secrets lie deeper than prefix and id, so only an id with the separator finds them."),
    ("R-21", "elsewhere"): _(
        "Nothing lies under %(prefix)s where this backend looks, but secrets of this prefix lie in another account or "
        "region."
    ),
    ("R-23", "variables-as-connections"): _(
        "%(kwarg)s has no effect on names: this backend looks variables up as if they were connections."
    ),
    ("R-23", "variables-missed"): _(
        "Variables are looked up under the prefix of connections, so those under %(prefix)s are missed."
    ),
    ("R-34", "setting-going-away"): _(
        "%(setting)s works up to Amazon provider 8. Release %(since)s ignores it, and values are read otherwise."
    ),
    ("R-46", "mount-in-path"): _(
        "%(kwarg)s repeats the mount point, which Airflow puts in front by itself, so nothing is found there."
    ),
    ("R-46", "data-in-path"): _(
        "%(kwarg)s begins with data/, which the second key-value engine adds by itself, so nothing is found there."
    ),
    ("R-46", "engine-version-open"): _(
        "kv_engine_version is not given, so the second engine is assumed. With the first one nothing is found."
    ),
    ("R-56", "account-id-digits"): _(
        "The account in %(kwarg)s has %(digits)s digits, and ids of AWS accounts have %(needs)s."
    ),
    ("R-56", "account-id"): _("The account in %(kwarg)s is no id of an AWS account, which has %(needs)s digits."),
    ("R-56", "refused-prefix"): _(
        "%(kwarg)s holds a character that no name in this store has, so Airflow does not start."
    ),
    ("R-56", "illegal-prefix"): _(
        "%(kwarg)s holds a character that no name in this store has, so none of these lookups finds anything."
    ),
    ("R-56", "raising-lookups"): _("Without a sound %(kwarg)s every lookup fails, and Airflow goes on without it."),
    ("R-56", "bad-conn-words"): _(
        "%(kwarg)s does not map known fields to lists of words, so no connection that is kept as JSON is read."
    ),
    ("R-56", "unknown-setting"): _("Airflow does not know %(setting)s, so it has no effect.%(hint)s"),
}
REMEDIES: Final[Mapping[tuple[str, str], Text]] = {
    ("R-14", "slash-before-prefix"): _("Remove the slash, unless the names in Secrets Manager start with it."),
    ("R-15", "separator-trimmed"): _("Write it without the separator."),
    ("R-23", "variables-as-connections"): _(
        "Store variables under the prefix of connections with ids of their own, or keep them out of this backend."
    ),
    ("R-34", "setting-going-away"): _("Store values unencoded, then remove the setting before the upgrade."),
    ("R-46", "mount-in-path"): _("Write the path below the mount point."),
    ("R-46", "data-in-path"): _("Write the path as the command vault kv get takes it, without data/."),
    ("R-46", "engine-version-open"): _("Set kv_engine_version to 1 or 2, as the mount has it."),
    ("R-56", "account-id-digits"): _("Copy the whole account id."),
    ("R-56", "account-id"): _("Write the account id in digits."),
    ("R-56", "refused-prefix"): _("Use letters, digits, hyphens and underscores, as in airflow-connections."),
    ("R-56", "illegal-prefix"): _("Use the characters that the store takes, as in airflow-connections."),
    ("R-56", "raising-lookups"): _("Set it, and start Airflow anew."),
    ("R-56", "bad-conn-words"): _(
        "Use the keys login, password, host, port, schema, conn_type and extra, each with a list of words."
    ),
    ("R-58", "kwargs-without-backend"): _("Set the variable that names the class in the same place as the kwargs."),
    ("R-58", "not-json"): _("Write one JSON object in double quotes, with null, true and false in small letters."),
}
REASONS: Final[Mapping[str, Text]] = {
    "choose-a-prefix": _("choose a prefix or a deployment to hold the settings against"),
    "provider-version": _("the version of the provider is not known; type it, or add its requirement line"),
    "no-kwargs": _("the text does not tell the kwargs"),
    "no-class": _("the text does not tell the class of the backend"),
    "unknown-class": _("the class of the backend is not known here"),
    "no-environment": _("the environment of the process is not known"),
    "risky-pattern": _("the lookup pattern is too intricate to be tried out here"),
    "no-place": _("nobody told in which account and region this backend looks"),
    "no-prefix": _("no prefix that you may list covers what it asks for"),
    "not-listed": _("no prefix that you may list covers what it asks for"),
    "not-told": _("the text hides the value"),
    "missing-kwarg": _("the backend cannot be made without a kwarg that is missing"),
    "wrong-type": _("the backend cannot be made with these kwargs"),
}


@dataclass(slots=True)
class _Told:
    """A finding as the sentences of audits take one."""

    rule: str
    code: str
    field: str
    where: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Line:
    """One remark as the page shows it."""

    remark: Remark
    title: str
    sentence: str
    remedy: str

    @property
    def more(self) -> str:
        """How many it is about, beside those that are named."""
        rest = self.remark.count - len(self.remark.names)
        return ngettext("and %(n)d more", "and %(n)d more", rest) % {"n": rest} if rest > 0 else ""


def line_of(remark: Remark) -> Line:
    failed = remark.failed
    finding = Finding(remark.rule, failed.code, remark.severity, failed.field, failed.where, failed.facts)
    if remark.rule in values.RULES and not remark.kwarg and (remark.rule, failed.code) not in SENTENCES:
        of_value, place = findings.words_of(finding), findings.where(finding)
        cause = f"{remark.setting}{f', {place}' if place else ''}: {of_value.cause}"
        return Line(remark, _now(values.RULES[remark.rule].title), cause, str(of_value.remedy))
    told = _Told(remark.rule, failed.code, remark.setting, "", _facts(remark))
    return Line(remark, words.title(told), _sentence(told), str(REMEDIES.get(_key(told)) or words.remedy(told)))


def _facts(remark: Remark) -> Mapping[str, object]:
    return {name: each or _now("a kwarg") for name, each in remark.failed.facts.items()}


def _key(told: _Told) -> tuple[str, str]:
    return told.rule, told.code


def _sentence(told: _Told) -> str:
    template = SENTENCES.get(_key(told))
    if template is None:
        return words.sentence(told)
    hint = _now(" It is perhaps %s.") % told.facts["meant"] if told.facts.get("meant") else ""
    return str(template) % {**told.facts, "hint": hint}


def reason(code: str) -> str:
    return str(REASONS.get(code) or words.reason_words(code))
