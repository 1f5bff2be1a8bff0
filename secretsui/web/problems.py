"""Sentences for the codes of `core.fault` and `core.guard`: the cause, and the next thing to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Words(NamedTuple):
    cause: str | Promise
    remedy: str | Promise


UNKNOWN: Final = Words(_("Airflow cannot use this value."), _("Compare it with a connection that works."))

# What is wrong with a value.
VALUES: Final[Mapping[str, Words]] = {
    "blank": Words(_("The value is blank."), _("Type a value.")),
    "quoted": Words(
        _("Quotation marks stand around the whole value, and Airflow takes them as part of it."),
        _("Remove the first and the last character."),
    ),
    "bad-json": Words(_("This is not valid JSON."), _("Correct it at the place named.")),
    "not-object": Words(_("The JSON is not an object."), _("Put the fields between braces.")),
    "bad-uri": Words(
        _("The URI cannot be taken apart."),
        _("Percent-encode special characters in login and password, or store the connection as JSON."),
    ),
    "cut-short": Words(
        _("A special character of the login or password stands unescaped, so Airflow cannot read the URI."),
        _("Percent-encode it (/ as %2F, ? as %3F, # as %23), or store the connection as JSON."),
    ),
    "bad-port": Words(_("The port is not a whole number from 0 to 65535."), _("Correct the port.")),
    "bad-extra": Words(_("The extra is not a JSON object."), _("Put its keys and values between braces.")),
    "not-utf8": Words(_("A character is not valid Unicode."), _("Remove or replace it.")),
    "too-deep": Words(_("The JSON is nested too deeply."), _("Flatten it.")),
    "number-too-long": Words(_("A number has too many digits."), _("Write it as text.")),
    "control-character": Words(
        _("A control character, such as a line break, stands in the URI, and Airflow drops it."),
        _("Percent-encode it, or store the connection as JSON."),
    ),
    "type-underscore": Words(
        _("The type in front of :// has an underscore, so Airflow reads no type at all."),
        _("Write it with a hyphen: google-cloud-platform://"),
    ),
    "not-a-uri": Words(
        _("This is neither a URI nor JSON."), _("Start it with the connection type and ://, or write a JSON object.")
    ),
    "missing-type": Words(
        _("No connection type is given; Airflow 3 then reports the connection as not defined."),
        _("Name the type, as in postgres."),
    ),
    "repeated-protocol": Words(
        _("The host repeats the type and ://, so Airflow misreads it."), _("Store the connection as JSON.")
    ),
    "unescaped": Words(
        _("A special character stands unescaped, so Airflow cuts the URI at the wrong place."),
        _("Percent-encode it (@ as %40, / as %2F, # as %23), or store the connection as JSON."),
    ),
    "wrong-type": Words(_("A field is not text where Airflow needs text."), _("Put it in quotation marks.")),
    "conn-id-as-type": Words(
        _("The key conn_id comes first, and Airflow takes it for the connection type."),
        _("Remove conn_id, or put conn_type before it."),
    ),
    "two-names": Words(
        _("Two keys name the same field with different values, and Airflow reads the first."), _("Keep one of them.")
    ),
    "unknown-key": Words(
        _("Airflow ignores keys of this JSON; they stay stored."),
        _("Move what Airflow shall read under its own names, or into extra."),
    ),
    "uri-and-fields": Words(_("A URI stands beside other fields."), _("Keep either the URI or the fields.")),
    "too-large": Words(
        _("The value has %(bytes)s bytes; %(service)s accepts %(limit)s."),
        _("Shorten it, or keep the large part elsewhere."),
    ),
    "charged": Words(
        _("The value has %(bytes)s bytes. Above %(limit)s a parameter becomes an advanced one, which is paid monthly."),
        _("Shorten it, or save it as it is: it never becomes a standard one again."),
    ),
    "same-name": Words(
        _("%(name)s exists already: Key Vault has no _ in names, so %(other)s and this id are one secret."),
        _("Edit that secret, or choose an id that differs in more than _ and -"),
    ),
    "dashed": Words(
        _("Key Vault has no _ in names, so it is stored as %(name)s, which is also the name of the id with -"),
        _("Give no other id that differs only in _ and -"),
    ),
    "mask": Words(
        _("The value holds the dots or stars that stand for a hidden value."), _("Type the hidden part itself.")
    ),
    "white-space": Words(_("White space stands around the value."), _("Remove it, unless the reader really needs it.")),
    "differs": Words(
        _("Not every Airflow reads from this URI what the form says."),
        _("Store it as JSON: the seven keys are read the same way everywhere."),
    ),
    "differs-json": Words(
        _("Not every Airflow reads from this JSON what the form says."), _("Check the fields named.")
    ),
    "read-apart": Words(
        _("The Airflows read the stored value differently already; this form writes what Airflow 3.3 reads."),
        _("Check the fields named, or edit the raw text."),
    ),
    "dropped": Words(
        _("A URI has no place for some keys of the stored JSON, so they would be lost."), _("Keep it stored as JSON.")
    ),
    "left-out": Words(
        _("Parts of the stored URI that Airflow does not read have no place in the new text, so they would be lost."),
        _("Edit the raw text to keep them."),
    ),
    "field-space": Words(_("White space stands around a field, and Airflow keeps it."), _("Remove it.")),
}

# Why a URI does not carry a field to every Airflow, by the field and what became of it.
LOSSES: Final[Mapping[str, str | Promise]] = {
    "conn_type": _("A URI starts with the type, and this one cannot stand there."),
    "conn_type-case": _("Airflow reads the type of a URI in small letters."),
    "host": _("A URI ends the host where another part may begin."),
    "host-case": _("Airflow reads the host of a URI in small letters."),
    "extra-text": _("Airflow 3.3 takes a text that looks like a number, true, false or JSON for just that."),
    "extra-name": _("Airflow takes the key __extra__ of a URI for the whole extra."),
}
_LOST: Final = _("Airflow reads something else in its place.")

# Of these: what Airflow reads all the same, and what it cannot read.
MILD: Final = frozenset({"unknown-key", "two-names"})
UNREADABLE: Final = frozenset(
    {"blank", "bad-json", "not-object", "cut-short", "bad-uri", "bad-port", "bad-extra", "too-deep", "number-too-long"}
)

# What is wrong with a name. An existing one can only be warned of.
NAMES: Final[Mapping[str, Words]] = {
    "empty": Words(_("The id is missing."), _("Type one.")),
    "bad-character": Words(
        _("AWS does not accept a character of the id."), _("Use letters, digits and the characters / _ + = . @ -")
    ),
    "name-too-long": Words(_("The full name is longer than 512 characters."), _("Shorten the id.")),
    "leading-slash": Words(
        _("The id starts with a slash, so the name has two in a row and Airflow looks elsewhere."),
        _("Remove the first slash."),
    ),
    "trailing-slash": Words(_("The id ends with a slash."), _("Remove the last slash.")),
    "double-slash": Words(_("The id has two slashes in a row."), _("Remove one of them.")),
    "team-marker": Words(
        _("The id has two hyphens in a row, which Airflow with several teams reads as a team's name."),
        _("Use one hyphen, unless a team is meant."),
    ),
    "like-an-arn": Words(
        _("The id ends like an ARN does: a hyphen and six characters. Secrets Manager may then confuse two secrets."),
        _("Choose another ending."),
    ),
    "store-name": Words(_("%(service)s does not accept the name that this id gets."), _("%(rules)s")),
    "store-name-too-long": Words(_("The full name is longer than %(service)s accepts."), _("Shorten the id.")),
    "conn-id-too-long": Words(_("Airflow takes ids of at most 250 characters."), _("Shorten the id.")),
    "conn-id-character": Words(
        _("Airflow does not accept a character of this id, and then has no id for the connection."),
        _("Use letters, digits and _ - . : / ( ) ! #"),
    ),
}


def words_of_value(code: str, facts: Mapping[str, Any] | None = None) -> Words:
    return _filled(VALUES.get(code, UNKNOWN), {"service": _("its store"), **(facts or {})})


def words_of_name(code: str, facts: Mapping[str, Any] | None = None) -> Words:
    return _filled(NAMES.get(code, UNKNOWN), facts or {})


def words_of_loss(code: str) -> str | Promise:
    return LOSSES.get(code, _LOST)


def _filled(words: Words, facts: Mapping[str, Any]) -> Words:
    cause, remedy = str(words.cause), str(words.remedy)
    return Words(cause % facts if "%(" in cause else cause, remedy % facts if "%(" in remedy else remedy)
