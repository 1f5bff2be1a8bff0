"""What each rule found, by its code: cause and effect, with the facts of the finding.

A rule over values needs none: its title and the field say what is wrong, and its risk what comes of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

# The code "" stands for every other code of a rule; `place` is the field, `what` the code in words.
PRECEDENCE: Final[Mapping[tuple[str, str], Text]] = {
    ("R-01", "environment-hidden"): _("%(winner)s wins, so the variable in %(place)s has no effect."),
    ("R-02", "row-hidden"): _("%(winner)s wins, so what is edited in the Airflow UI has no effect."),
    ("R-03", "other-value"): _(
        "%(place)s holds another value than %(winner)s, which wins; where the winner fails, Airflow goes on with "
        "the other one.%(differs)s"
    ),
    ("R-04", "same-value"): _("%(place)s holds a copy of what %(winner)s has; a rotation of one leaves the other old."),
    ("R-05", "other-class"): _(
        "Workers use %(worker)s and the scheduler uses %(server)s, so a task may find another value than its DAG."
    ),
    ("R-05", "other-kwargs"): _(
        "Workers and scheduler differ in %(kwarg)s, so a task may find another value than its DAG."
    ),
    ("R-05", "other-access"): _(
        "Workers and scheduler ask as somebody else (%(kwarg)s), so one of them may be refused what the other reads."
    ),
    ("R-06", "object-hidden"): _("%(winner)s wins, so the object of the Environment Manager has no effect."),
    ("R-06", "hidden-by-object"): _("The Environment Manager wins, so the variable in %(place)s has no effect."),
    ("R-07", "shared-hidden"): _(
        "The own account wins, so a change in the shared account does not reach this deployment."
    ),
    ("R-08", "masked"): _(
        "%(place)s masks its value, so nobody can tell whether it differs from that of %(winner)s, which wins."
    ),
    ("R-08", "not-read"): _(
        "A value was not read, so nobody can tell whether that in %(place)s differs from that of %(winner)s."
    ),
    ("R-09", "written-beside"): _(
        "The metadata database holds a newer value, but %(winner)s wins: what a task sets is never read."
    ),
}
REACH: Final[Mapping[tuple[str, str], Text]] = {
    ("R-10", "unmatched"): _("The id does not match the lookup pattern, so %(place)s is never asked for it."),
    ("R-11", "broken"): _("The pattern in %(kwarg)s is no regular expression, so every lookup fails."),
    ("R-11", "holds-prefix"): _(
        "The pattern in %(kwarg)s holds the prefix; it is held against the id alone, so it matches nothing."
    ),
    ("R-11", "holds-separator"): _(
        "The pattern in %(kwarg)s holds the separator; it is held against the id alone, so it matches nothing."
    ),
    ("R-12", "open-at-the-end"): _(
        "The pattern in %(kwarg)s is open at its end, so it also matches longer ids: %(ids)s of those that are known."
    ),
    ("R-13", "near-prefix"): _("It lies beside the prefix %(prefix)s and not under it, so Airflow never finds it."),
    ("R-14", "leading-slash"): _("The name starts with a slash and the prefix does not, so Airflow never finds it."),
    ("R-14", "slash-in-prefix"): _(
        "The prefix %(prefix)s starts with a slash and the names do not, so Airflow finds none of them."
    ),
    ("R-15", "separator-at-end"): _("The name ends with a separator, so Airflow never asks for it."),
    ("R-15", "double-separator"): _("The name has two separators in a row, so Airflow never asks for it."),
    ("R-15", "double-separator-in-prefix"): _(
        "The prefix %(prefix)s has two separators in a row, and the names under it need them as well."
    ),
    ("R-16", "deeper"): _(
        "It lies deeper than %(prefix)s, so Airflow finds it only under an id that holds the separator."
    ),
    ("R-17", "falls-through"): _(
        "Its deletion is pending, so Airflow takes it for missing and silently uses what %(winner)s has."
    ),
    ("R-17", "found-nowhere"): _(
        "Its deletion is pending, so Airflow takes it for missing, and no other place has the id."
    ),
    ("R-18", "binary"): _("It holds a binary value, which the secrets backend passes over."),
    ("R-19", ""): _(
        "The role of %(deployment)s may not use its key, so Airflow takes it for missing and looks in the next place."
    ),
    ("R-20", ""): _("The role of %(deployment)s may not read it, so a lookup fails or finds something older."),
    ("R-21", "elsewhere"): _(
        "Nothing lies under %(prefix)s where this backend looks, but secrets of this prefix lie in another account or "
        "region."
    ),
    ("R-22", "switched-off"): _(
        "%(kwarg)s is null, so Airflow asks for none of the secrets that lie there (%(secrets)s)."
    ),
    ("R-23", "variables-missed"): _(
        "The shared account is asked for variables under the prefix of connections, so those under %(prefix)s are "
        "missed (%(secrets)s)."
    ),
    ("R-23", "connection-as-variable"): _(
        "The shared account is asked for variables under the prefix of connections, so a lookup of a variable returns "
        "a connection (%(ids)s)."
    ),
}
NAMES: Final[Mapping[tuple[str, str], Text]] = {
    ("R-47", "one-variable"): _("%(variable)s answers for this id and for %(others)s as well."),
    ("R-47", "same-variable"): _("%(variable)s, once it is set, would answer for this id and for %(others)s."),
    ("R-48", "one-secret"): _("In Azure Key Vault it is one secret with %(others)s, so one answers for the other."),
    ("R-49", "illegal-prefix"): _("%(kwarg)s holds a character that the store does not take, so every lookup fails."),
    ("R-49", "illegal-name"): _("The id holds a character that the store of %(layer)s does not take."),
    ("R-50", "refused"): _("The id looks like that of a team, so %(layers)s refuses it."),
    ("R-50", "refused-with-teams"): _(
        "The id looks like that of a team; once teams are on, %(layers)s will refuse it."
    ),
    ("R-51", "too-long"): _("The id is longer than %(limit)s characters, which Airflow does not store."),
    ("R-51", "illegal-character"): _("The id holds a character that Airflow does not accept."),
    ("R-52", "looked-up"): _("Airflow looked for %(id)s, and it is nowhere; lookups that failed: %(count)s."),
    ("R-52", "looked-up-on-mwaa"): _("MWAA looks for %(id)s with every log that it writes, and it is nowhere."),
    ("R-53", "read-by-arn"): _(
        "The name ends like an ARN does, so a lookup by a part of its ARN may return another secret."
    ),
    ("R-53", "like-an-arn"): _("The name ends like an ARN does: a hyphen and six characters."),
}
SETTINGS: Final[Mapping[tuple[str, str], Text]] = {
    ("R-34", "removed-setting"): _("Newer providers ignore %(setting)s, so what relies on it is read otherwise."),
    ("R-54", "left-on"): _("The backend is asked for config options as well, and none is kept there."),
    ("R-55", "no-pattern"): _("No lookup pattern is set, so the backend is asked for every id, each time."),
    ("R-56", "refused-kwarg"): _("%(class)s does not take %(kwarg)s, so Airflow does not start.%(hint)s"),
    ("R-56", "raising-kwarg"): _("%(class)s does not take %(kwarg)s, so every lookup fails.%(hint)s"),
    ("R-56", "ignored-kwarg"): _("%(class)s ignores %(kwarg)s.%(hint)s"),
    ("R-56", "client-kwarg"): _("%(class)s hands %(kwarg)s to its client, which does not know it.%(hint)s"),
    ("R-56", "missing-kwarg"): _("%(class)s needs %(kwarg)s, so Airflow does not start without it."),
    ("R-56", "bad-pattern"): _("%(kwarg)s is no regular expression, so every lookup fails."),
    ("R-56", "unknown-setting"): _("Airflow does not know %(setting)s, so it has no effect.%(hint)s"),
    ("R-56", "setting-too-new"): _("%(setting)s has no effect before Airflow %(needs)s; this is %(installed)s."),
    ("R-56", ""): _("%(class)s cannot be made with this %(kwarg)s, so Airflow does not start."),
    ("R-57", "provider-too-old"): _("%(kwarg)s needs %(package)s %(needs)s, and %(installed)s is installed."),
    ("R-57", "provider-too-new"): _(
        "The shared backend works with %(package)s before %(before)s, and %(installed)s is installed."
    ),
    ("R-57", "no-team-argument"): _(
        "This Airflow hands the team to the backend, which %(package)s %(installed)s does not take."
    ),
    ("R-58", "moved-class"): _("%(class)s has moved to %(meant)s, and the old name goes away."),
    ("R-58", "misspelt-class"): _("There is no class %(class)s, so the backend is not used. It is perhaps %(meant)s."),
    ("R-58", "not-object"): _("%(place)s is no JSON object, so the backend gets no kwargs."),
    ("R-58", "not-json"): _("%(place)s is not valid JSON, so the backend gets no kwargs."),
    ("R-58", "kwargs-without-backend"): _("%(setting)s is set without %(missing)s, so there is no backend."),
    ("R-59", "no-backend"): _("%(setting)s names a secret and there is no backend to ask, so the option is not set."),
    ("R-59", "lookups-off"): _("%(setting)s names a secret, but config lookups are off, so the option is not set."),
    ("R-59", "not-matched"): _("%(setting)s names a secret that the lookup pattern leaves out, so it is not set."),
    ("R-59", "never-asked"): _("%(setting)s names a secret that the backend is never asked for, so it is not set."),
    ("R-59", "raises"): _("%(setting)s names a secret whose lookup fails, so Airflow does not start."),
    ("R-59", "deleted"): _("%(setting)s names a secret whose deletion is pending, so the option is not set."),
    ("R-59", "not-found"): _("%(setting)s names a secret that does not exist, so the option is not set."),
}
LIFE: Final[Mapping[tuple[str, str], Text]] = {
    ("R-60", "unused"): _("Nobody has read it since %(since)s: perhaps it is not needed any more."),
    ("R-60", "never-used"): _("Nobody has read it since it was made on %(since)s: perhaps it is not needed."),
    ("R-61", "unchanged"): _("The value is the same since %(since)s, and whoever learned it meanwhile knows it still."),
    ("R-61", "rotation-failed"): _("Its rotation was due on %(due)s and did not happen."),
    ("R-62", "default-key"): _(
        "Its policy lets another account in, but it is encrypted with the key of AWS, which no other account can use."
    ),
    ("R-63", "old-key"): _(
        "The key was changed, and older versions are still under the one before: %(versions)s of them."
    ),
    ("R-64", "public"): _("Its policy lets everybody read it."),
    ("R-64", "all-but"): _("Its policy lets in everybody but those it names."),
    ("R-64", "every-action"): _("Its policy allows another account every action, also to change and to delete it."),
    ("R-65", "may-write"): _("The role of Airflow may change or delete secrets, and it only needs to read them."),
    ("R-65", "reads-everything"): _("The role of Airflow may read every secret of the account."),
    ("R-65", "reads-more"): _("The role of Airflow may read secrets outside of its prefixes."),
    ("R-66", "repeated"): _(
        "The same %(place)s is used in other secrets (%(others)s), so a rotation has to touch them all."
    ),
    ("R-67", "same-as-before"): _(
        "Production uses the same %(place)s as secrets of other stages (%(others)s), so a leak there is a leak here."
    ),
    ("R-68", "only-here"): _("It exists in %(stage)s alone and is missing in %(others)s."),
    ("R-69", "plain"): _("A credential stands in the environment as it is, where every process and image shows it."),
    ("R-70", "aws-access-key"): _("It holds a key of AWS that never ends; a role would need none."),
    ("R-71", "login"): _("The password is the login, so it is the first guess."),
    ("R-71", "common"): _("The password is one of the most common."),
    ("R-71", "repeated"): _("The password repeats a few characters."),
    ("R-71", "digits"): _("The password holds nothing but digits."),
    ("R-71", "short"): _("The password is short."),
    ("R-72", ""): _("%(place)s holds what looks like %(what)s, and whoever may list sees it."),
    ("R-73", ""): _(
        "It holds what looks like %(what)s under a name that Airflow does not mask, so UI and logs show it."
    ),
    ("R-74", "declared"): _("%(place)s is a credential that Airflow does not mask by its name, so logs show it."),
    ("R-74", ""): _("%(place)s holds what looks like %(what)s, which Airflow does not mask, so UI and logs show it."),
    ("R-75", "no-owner"): _("No tag names an owner, so nobody is told when something is wrong."),
    ("R-75", "no-environment"): _("No tag names its stage."),
    ("R-76", "expired"): _("%(place)s: it expired on %(on)s, so whatever uses it fails."),
    ("R-76", "expires-soon"): _("%(place)s: it expires on %(on)s, and whatever uses it fails from then on."),
    ("R-77", "replica-failed"): _("The replica in %(region)s is out of step, so a failover reads an old value."),
    ("R-78", "often"): _("It was written again and again on %(on)s, which AWS advises against: versions pile up."),
    ("R-79", "near-limit"): _("It is close to the limit of %(limit)s bytes, so the next edit may fail."),
    ("R-80", "person"): _("A person has read it: %(principal)s, %(times)s times."),
    ("R-80", "unknown"): _("Somebody who is not expected to has read it: %(principal)s, %(times)s times."),
    ("R-81", "listing"): _("It could not be listed: %(reason)s. What it holds is not counted as passed."),
    ("R-81", "value"): _("Values could not be read (%(times)s): %(reason)s. They are not counted as passed."),
    ("R-81", "layer"): _("A place where it looks could not be read: %(reason)s. Nothing there is counted as passed."),
    ("R-81", "details"): _(
        "Policies, versions or replicas could not be read: %(reason)s. What depends on them is not counted as passed."
    ),
}
SENTENCES: Final[Mapping[tuple[str, str], Text]] = {**PRECEDENCE, **REACH, **NAMES, **SETTINGS, **LIFE}
# Codes of: the shape of a secret.
SHAPES: Final[Mapping[str, Text]] = {
    "private-key": _("a private key"),
    "url-password": _("a password in a URL"),
    "webhook": _("the address of a webhook"),
    "token": _("a token"),
    "aws-secret-key": _("a key of AWS"),
    "parameter": _("a password or token with its name"),
    "declared": _("a credential"),
}
