"""One click that mends a fault of what was typed; nothing else of the sent form is touched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.core import pasted
from secretsui.core.rules import repairs
from secretsui.core.sensitive import Sensitive
from secretsui.web.forms import stored_json

# The words of the button for each repair of `core.rules.repairs`.
WORDS: Final[Mapping[str, str | Promise]] = {
    "decode": _("Decode it"),
    "encode": _("Encode it"),
    "from-base64": _("Store it as it is"),
    "hyphenate": _("Write it with a hyphen"),
    "known-type": _("Use the name that Airflow knows"),
    "newlines": _("Restore the line breaks"),
    "protocol-first": _("Put the login behind the protocol"),
    "rename-extras": _("Use the new names"),
    "rename-keys": _("Use the names of Airflow"),
    "strip": _("Remove the white space"),
    "to-base64": _("Encode it in base64"),
    "to-json": _("Use JSON"),
    "unquote": _("Remove the quotes"),
}
# What is pasted as it is stored, rather than as a part of something else.
_VALUES: Final = frozenset({"uri", "json", "rotation"})


def repaired(sent: QueryDict) -> QueryDict:
    """The form with what its button `repair` asks for (`<repair>:<field>`, of the paste box `<repair>:pasted.<field>`);
    as it was sent where that is not possible.
    """
    repair, _colon, place = sent.get("repair", "").partition(":")
    mended = sent.copy()
    try:
        _mend(mended, repair, place)
    except repairs.NoRepair:
        return sent
    return mended


def _mend(sent: QueryDict, repair: str, place: str) -> None:
    if place.startswith("pasted.") and "pasted" in sent:
        value = Sensitive(bare(sent.get("pasted", "")))
        sent["pasted"] = repairs.apply(repair, value, place.removeprefix("pasted.")).reveal()
    elif sent.get("mode") == "raw":
        sent["text"] = repairs.apply(repair, Sensitive(sent.get("text", "")), place).reveal()
    elif repair == "to-json":
        sent["written_as"] = "json"
    elif name := input_of(sent, place):
        sent[name] = repairs.apply_to_field(repair, str(sent[name]))
    elif place.startswith("extra."):
        _mend_key(sent, place.removeprefix("extra."), repair)


def bare(text: str) -> str:
    """The value in the paste box, with the faults that it has: of a command or a line of a file what stands in it."""
    found = pasted.read(text)
    return text.strip() if found.form in _VALUES else found.text.reveal()


def input_of(sent: Mapping[str, object], place: str) -> str:
    """The input in which something was typed for this place; "" where nothing was, or as a part of the raw extra."""
    name = f"x-{place.removeprefix('extra.')}" if place.startswith("extra.") else place
    return name if sent.get(name) else ""


def _mend_key(sent: QueryDict, key: str, repair: str) -> None:
    found = stored_json.load(sent.get("extra", ""))
    if found and isinstance(found.get(key), str):
        found[key] = repairs.apply_to_field(repair, found[key])
        sent["extra"] = json.dumps(found, ensure_ascii=False)


def may_mend(sent: Mapping[str, object], repair: str, field: str) -> bool:
    """Was this typed? What is kept from the stored version is not mended in passing."""
    if sent.get("mode") == "raw":
        return bool(sent.get("text"))
    if field != "text" and repair != "to-json" and not repairs.is_of_field(repair):
        return False
    return field == "text" or bool(input_of(sent, field)) or (field.startswith("extra.") and bool(sent.get("extra")))
