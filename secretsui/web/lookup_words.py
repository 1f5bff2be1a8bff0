"""The one place that turns what `core.lookup` finds into words: states, reasons, outcomes, conflicts, near misses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from secretsui.airflow.errors import BY_KIND
from secretsui.core.backends.source import Kind
from secretsui.core.lookup import Resolution, Step
from secretsui.web import problems, vocabulary
from secretsui.web.problems import Words
from secretsui.web.vocabulary import Label

# What a place has, as the matrix and the chain show it.
CELLS: Final[Mapping[str, Label]] = {
    "wins": Label("circle-check", "ok", _("Wins")),
    "wins-if": Label("help-circle", "warn", _("Wins if those before have nothing")),
    "shadowed": Label("question-mark", "", _("Shadowed")),
    "absent": Label("minus", "", _("Not here")),
    "deleted": Label("trash", "bad", _("Deletion pending")),
    "broken": Label("alert-triangle", "bad", _("Cannot be read")),
    "empty": Label("alert-triangle", "warn", _("Empty")),
    "binary": Label("alert-triangle", "warn", _("Binary value")),
    "denied": Label("lock-question", "warn", _("Access denied")),
    "failed": Label("lock-question", "warn", _("Could not read")),
    "never": Label("eye-off", "bad", _("Never looked up")),
    "unknown": Label("help-circle", "warn", _("Not known")),
}
SHADOWED: Final[Mapping[str, Label]] = {
    "same": Label("equal", "", _("Shadowed, same")),
    "different": Label("equal-not", "warn", _("Shadowed, different")),
    "cannot-tell": Label("question-mark", "", _("Shadowed, cannot compare")),
}
SAME_ENTRY: Final = Label("equal", "", _("Same entry"))
# One field of a shadowed value against that of the winner.
FIELDS: Final[Mapping[str, Label]] = {
    "same": Label("equal", "", _("Same")),
    "differs": Label("equal-not", "warn", _("Different")),
    "only-left": Label("minus", "warn", _("Missing")),
    "only-right": Label("plus", "warn", _("Only here")),
    "cannot-tell": Label("question-mark", "", _("Cannot compare")),
    "not-set": Label("minus", "", _("Not set")),
}
# Worst first, as core.conflicts ranks them.
CONFLICTS: Final[Mapping[str, Label]] = {
    "different": Label("equal-not", "bad", _("Different")),
    "never": Label("eye-off", "bad", _("Never looked up")),
    "falls-through": Label("arrow-down-right", "bad", _("Falls through")),
    "nowhere": Label("x", "bad", _("Found nowhere")),
    "cannot-compare": Label("question-mark", "warn", _("Cannot compare")),
    "not-checked": Label("lock-question", "warn", _("Not checked")),
    "same": Label("equal", "", _("Same")),
    "none": Label("circle-check", "ok", _("No conflict")),
}
# The same above a number.
COUNTED: Final[Mapping[str, str | Promise]] = {
    "different": _("Different value"),
    "not-checked": _("Could not be checked"),
    "same": _("Same value twice"),
}
MEANT: Final[Mapping[str, Words]] = {
    "different": Words(
        _("A place below the winner holds another value, which Airflow never uses."),
        _("Decide which value is right, then delete the other."),
    ),
    "never": Words(
        _("A value lies in a place that Airflow never asks for this id."),
        _("Correct the setting that keeps Airflow from asking, or delete the value."),
    ),
    "falls-through": Words(
        _("A place before the winner has something that Airflow cannot use, so an answer from further down is used."),
        _("Mend or restore the entry that Airflow passes over."),
    ),
    "nowhere": Words(
        _("Something is stored for this id, and yet Airflow finds nothing that it can use."),
        _("Mend or restore one of the entries."),
    ),
    "cannot-compare": Words(
        _("A place below the winner holds a value too; whether it is the same cannot be told."),
        _("Give access to both values, or delete the one that is not used."),
    ),
    "not-checked": Words(
        _("A place that counts could not be read, so the winner is not certain."),
        _("Mend the access to that place, then check again."),
    ),
    "same": Words(
        _("A place below the winner holds the same value."),
        _("Delete the one that is not used, before the two part."),
    ),
    "none": Words(_("One place has it, and nothing is in its way."), ""),
}

# Why a place is not asked, or what a question to it led to: the codes of core.backends and core.lookup.
REASONS: Final[Mapping[str, Words]] = {
    "disabled": Words(
        _("The prefix for this kind is null in the kwargs, so the backend is never asked for it."),
        _("Give the prefix in the backend's kwargs."),
    ),
    "pattern": Words(
        _("The lookup pattern does not match this id, so the backend is never asked for it."),
        _("Correct the pattern in the backend's kwargs, or rename the id."),
    ),
    "bad-pattern": Words(
        _("The lookup pattern is no valid regular expression, so every lookup fails."),
        _("Correct the pattern in the backend's kwargs."),
    ),
    "risky-pattern": Words(
        _("The lookup pattern may take too long to match, so it is not tried here and what Airflow asks is not known."),
        _("Write it with fewer repeats, and none within another, or let a reporter tell it."),
    ),
    "no-config": Words(_("This place has no config options."), ""),
    "no-mount": Words(
        _("No mount point is configured, and the id does not begin with one."),
        _("Set mount_point in the backend's kwargs, or put the mount before the id."),
    ),
    "team-marker": Words(
        _("The id has the signs that mark the entry of a team, so it is refused."), _("Rename it without these signs.")
    ),
    "illegal-name": Words(
        _("Prefix and id make a name that the service does not allow."), _("Rename the id, or change the prefix.")
    ),
    "empty-name": Words(_("Prefix and id make an empty name."), _("Give a prefix in the backend's kwargs.")),
    "no-team-argument": Words(
        _("Airflow 3.2 names a team, and this release of the provider takes none, so every lookup fails."),
        _("Upgrade the provider, or Airflow to 3.3."),
    ),
    "shared-too-new": Words(
        _("The backend for shared accounts fails with this release of the Amazon provider, at every lookup."),
        _("Stay at provider release 9.25, or share the secret by a resource policy and its full name."),
    ),
    "missing-kwarg": Words(
        _("The backend lacks a kwarg that it needs."), _("Add it to the kwargs; the deployment's test names it.")
    ),
    "unknown-kwarg": Words(
        _("The backend is given a kwarg that it does not take."), _("Remove it from the backend's kwargs.")
    ),
    "bad-value": Words(
        _("A kwarg of the backend has a value that it does not take."), _("Correct it in the backend's kwargs.")
    ),
    "unknown-class": Words(
        _("This backend class is not known here, so what it answers cannot be told."),
        _("Ask that backend itself, or run the lookup in Airflow."),
    ),
    "bad-conn-words": Words(
        _("The extra_conn_words of the backend cannot be used, so no JSON secret can be read."),
        _("Make it an object with a list of names for each field."),
    ),
    "no-uri": Words(
        _("Airflow cannot spell this connection as a URI, which it does for its cache, and passes over it."),
        _("Correct the field that is no text, or that has signs no URI can hold."),
    ),
    "bad-request": Words(
        _("Airflow's Execution API does not accept this id."), _("Rename it with letters, digits and underscores.")
    ),
    "broken": Words(
        _("There is a value that Airflow cannot read, and it passes over it."), _("Open the entry and mend it.")
    ),
    "absent": Words(_("There is nothing under this name."), ""),
    "deleted": Words(_("The secret is deleted, and the store hands it out no more."), _("Restore it, or let it go.")),
    "binary": Words(_("The secret is binary, and Airflow reads text alone."), _("Store it as text.")),
    "denied": Words(
        _("Access to it is denied."), _("Grant the right to read it, and the right to decrypt with its key.")
    ),
    "failed": Words(_("The service did not answer as it should."), _("Check again later.")),
    "unknown": Words(
        _("What this place holds is not known."), _("Let it be read: add a source, a grant or a report, then check.")
    ),
    "empty": Words(_("The text is empty, which is no connection."), _("Delete it, or give it a value.")),
    "present": Words(_("There is a value."), ""),
    # Why what is known may not be so: inventory.deployments.
    "same-entry": Words(_("It is the same entry, read by two places."), ""),
    "stale": Words(_("It may have changed since it was read."), _("Refresh the prefix, then check.")),
    "several-sources": Words(
        _("Several sources set this name to different values, and which of them counts is not known."),
        _("Remove it from all sources but one."),
    ),
    "kept-elsewhere": Words(
        _("The source names only where the value is kept, so it has not been read."), _("Let a reporter tell it.")
    ),
    "lower-case": Words(
        _("The name is not in capitals, and Airflow looks for capitals only."), _("Write the name in capitals.")
    ),
    "not-read": Words(_("The value has not been read yet."), _("Refresh the prefix.")),
    "no-place": Words(
        _("Nobody told in which account and region this backend looks."), _("Enter them in the deployment's settings.")
    ),
    "no-prefix": Words(
        _("No prefix of that account covers this name, so nobody has looked."), _("Add the prefix to the account.")
    ),
    "never-listed": Words(_("The prefix has never been read."), _("Refresh the prefix.")),
    "listing-failed": Words(
        _("The last listing of the prefix broke off, so whether there is such a secret is not known."),
        _("Look what the prefix says, then refresh it."),
    ),
    "cannotdecrypt": Words(
        _("We may not decrypt the value, so whether Airflow can use it is not known."),
        _("Grant kms:Decrypt on its key to the identity of the account."),
    ),
    "throttled": Words(_("The store limited our reads, so the value is not known yet."), _("Refresh the prefix.")),
    "unavailable": Words(_("The store did not answer, so the value is not known yet."), _("Refresh the prefix.")),
    "expired": Words(
        _("Our credentials have expired, so the value is not known."), _("Renew them, then refresh the prefix.")
    ),
    "notfound": Words(_("The value was gone when it was to be read."), _("Refresh the prefix.")),
    "pendingdeletion": Words(_("It was being deleted when it was to be read."), _("Refresh the prefix.")),
    "disabledversion": Words(
        _("The current version is disabled or destroyed, so the store gives its value to nobody."),
        _("Enable it, or save a new version."),
    ),
    "no-value": Words(
        _("There is no value: the object lacks the key that Airflow reads, or its last version was destroyed."),
        _("Save a value."),
    ),
    "other-version": Words(
        _("The id names one version of the parameter, and only the current one is read here."),
        _("Ask for the id without a colon."),
    ),
    "unchecked": Words(_("The value was read and not understood here."), _("The worker's log names the place.")),
    "no-kwargs": Words(
        _("Airflow tells the class of this backend and not its kwargs, so what it asks is not known."),
        _("Enter the backend and its kwargs in the deployment's settings."),
    ),
    "unsaved": Words(_("The value that is about to be saved."), ""),
    "never-read": Words(_("The metadata database has never been read."), _("Check the deployment.")),
    "no-api": Words(
        _("There is no way to this Airflow, so its metadata database is not known."),
        _("Enter an address or exported files in the deployment's settings."),
    ),
    "store-not-read": Words(
        _("Stores of this kind are not read here."), _("Ask that backend itself, or run the lookup in Airflow.")
    ),
    "no-source": Words(
        _("No source tells what the environment holds."), _("Add one, or a reporter, in the deployment's settings.")
    ),
    "no-report": Words(_("The reporter has not reported yet."), _("See that its DAG or plugin runs.")),
    "gap": Words(
        _("The sources leave open a part of the environment, and the name may be set there."),
        _("Let a reporter tell it."),
    ),
    "not-whole": Words(
        _("The sources tell only a part of the environment, and the name may be set elsewhere."),
        _("Let a reporter tell it, or mark the source as the only one."),
    ),
}
# The same where a cell has room for a few words.
SHORT: Final[Mapping[str, str | Promise]] = {
    "disabled": _("Prefix is null"),
    "pattern": _("Lookup pattern does not match"),
    "bad-pattern": _("Lookup pattern is broken"),
    "risky-pattern": _("Lookup pattern is not tried"),
    "no-mount": _("No mount point"),
    "team-marker": _("Id looks like a team's"),
    "illegal-name": _("Name not allowed"),
    "empty-name": _("Name is empty"),
    "no-team-argument": _("Provider takes no team"),
    "shared-too-new": _("Provider is too new"),
    "unknown-class": _("Unknown backend class"),
    "lower-case": _("Name is not in capitals"),
    "no-value": _("No value in the object"),
    "other-version": _("Not the current version"),
    "disabledversion": _("Version is disabled"),
    "several-sources": _("Sources disagree"),
    "kept-elsewhere": _("Value is kept elsewhere"),
    "stale": _("May have changed"),
    "no-place": _("Account not given"),
    "no-prefix": _("No prefix covers it"),
    "never-listed": _("Prefix never read"),
    "listing-failed": _("Listing broke off"),
    "no-kwargs": _("Kwargs not given"),
    "cannotdecrypt": _("We may not decrypt it"),
    "no-source": _("No source"),
    "no-report": _("No report yet"),
    "gap": _("Sources leave it open"),
    "not-whole": _("Sources leave it open"),
    "api-denied": _("Execution API refuses"),
    "api-failed": _("Execution API fails"),
    "api-unheard": _("Id does not reach the server"),
    "api-undelivered": _("Answer does not reach the task"),
    "not-started": _("Process does not start"),
    "bad-conn-words": _("extra_conn_words is broken"),
}
UNKNOWN: Final = Words(_("What this place answers cannot be told."), _("Check again."))

# Why a chain ended early: Resolution.problem.
ENDS: Final[Mapping[str, Words]] = {
    "not-started": Words(
        _("A backend cannot be constructed with these settings, so the process does not start and nothing is found."),
        _("Correct the backend's kwargs."),
    ),
    "api-denied": Words(
        _("The Execution API refuses the task, and the search ends there."),
        _("Check the token and the signing key of workers and API server."),
    ),
    "api-failed": Words(
        _("The Execution API cannot be reached, so the task finds nothing of the server's."),
        _("Check that workers reach the API server."),
    ),
    "api-unheard": Words(
        _("The id does not reach the server as it is: a task sends it as a part of an address."),
        _("Rename it without slashes, dots alone, # and ?."),
    ),
    "api-undelivered": Words(
        _("The server finds it, but its answer does not reach the task."),
        _("Give the connection a type, and an id of letters, digits and underscores."),
    ),
}

# Why something that exists may be what was meant: core.near.
NEAR: Final[Mapping[str, str | Promise]] = {
    "case": _("The same but for capital letters. Ids are compared exactly, except in the environment."),
    "hyphen-underscore": _("The same but for hyphens and underscores."),
    "blank": _("The same but for white space."),
    "other-kind": _("This id exists as the other kind."),
    "prefix-repeated": _("The prefix stands in the id a second time."),
    "prefix-missing": _("It is stored without the prefix that Airflow puts in front."),
    "pattern": _("It exists, and the lookup pattern keeps Airflow from asking for it."),
    "pending-deletion": _("It exists and waits for its deletion."),
    "other-prefix": _("It exists under another prefix."),
    "other-account": _("It exists in another account."),
    "other-store": _("It exists in another kind of store."),
    "other-region": _("It exists in another region."),
    "edit-distance": _("The spelling is almost the same."),
}
KINDS: Final[Mapping[str, str | Promise]] = {"connection": _("Connection"), "variable": _("Variable")}
# What a layer is read for, in the middle of a sentence.
READ: Final[Mapping[str, str | Promise]] = {"connection": _("connections"), "variable": _("variables")}
PROCESSES: Final[Mapping[str, str | Promise]] = {"task": _("Tasks"), "server": _("API server and scheduler")}


def of_cell(cell: Mapping[str, Any]) -> Label:
    state, compared = str(cell.get("state", "")), str(cell.get("compared", ""))
    if state == "shadowed" and cell.get("reason") == "same-entry":
        return SAME_ENTRY
    if state == "shadowed" and compared in SHADOWED:
        return SHADOWED[compared]
    return CELLS.get(state, CELLS["unknown"])


def of_reason(code: str) -> Words:
    """Whatever code a place was answered or passed over with; those of broken values are in `problems`."""
    if code in REASONS:
        return REASONS[code]
    if code in BY_KIND:
        return Words(_(BY_KIND[code].sentence), _(BY_KIND[code].remedy))
    if code in vocabulary.READ_ERRORS:
        return Words(_("It could not be read here, so what it holds is not known."), _("Refresh the prefix."))
    return problems.VALUES.get(code, UNKNOWN)


def of_end(code: str) -> Words:
    return ENDS.get(code, UNKNOWN)


def count_words(conflict: str) -> str | Promise:
    return COUNTED.get(conflict) or CONFLICTS[conflict].words


def outcome(step: Step, kind: Kind) -> str:
    """What a place that was asked has answered, and whether Airflow goes on."""
    if step.outcome == "hit":
        return _hit(step, kind)
    cause = str(of_reason(step.reason).cause)
    if step.outcome == "unknown":
        return _now("%(cause)s Whether Airflow stops here is open.") % {"cause": cause}
    if step.outcome == "error":
        return _error(step, cause, kind)
    return _now("%(cause)s Airflow goes on.") % {"cause": cause}


def _hit(step: Step, kind: Kind) -> str:
    if not step.is_certain:
        return _now("There is a value that has not been read here. If Airflow can use it, it stops here.")
    if kind == "variable" and step.value is not None and not step.value:
        return _now("There is an empty text. An empty variable counts, so Airflow stops here.")
    return _now("There is a value, and Airflow stops here.")


def _error(step: Step, cause: str, kind: Kind) -> str:
    facts = {"cause": cause, "error": step.error or "Exception"}
    if step.halts:
        return _now("%(cause)s Constructing the backend raises %(error)s, so the process does not start.") % facts
    if kind == "connection":
        return _now("%(cause)s Airflow gets %(error)s, says so at most in a log, and goes on.") % facts
    return _now("%(cause)s Airflow gets %(error)s, logs it and goes on.") % facts


def unasked(step: Step) -> str:
    """What a place has that was not asked any more."""
    if step.outcome == "hit":
        return _now("Not asked any more. It holds a value, which is shadowed.")
    if step.outcome == "never":
        return _now("Not asked any more. %(cause)s") % {"cause": of_reason(step.reason).cause}
    if step.outcome == "miss" and step.reason in ("absent", ""):
        return _now("Not asked any more. It has nothing.")
    return _now("Not asked any more. %(cause)s") % {"cause": of_reason(step.reason).cause}


def verdict(found: Resolution, title: str) -> str:
    """In one sentence who wins; `title` is the place that does."""
    if found.problem:
        return str(of_end(found.problem).cause)
    if found.source is None:
        return (
            _now("No place has a value that Airflow can use.")
            if not found.unless
            else _now("No place is known to have it, but not every place could be read.")
        )
    if not found.is_certain:
        return _now("%(place)s wins, unless a place before it has a value that could not be read.") % {"place": title}
    return _now("%(place)s wins.") % {"place": title}
