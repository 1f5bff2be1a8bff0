"""What each store takes as tags, labels or custom metadata."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.models import Prefix

_SIGNS: Final = frozenset("_.:/=+-@")
_LABEL: Final = re.compile(r"[\w-]*")


@dataclass(frozen=True, slots=True)
class TagRules:
    """`fits` judges the characters of a key or a value; what it refuses gets `words`. Lengths are in characters."""

    most: int
    key: int
    value: int
    fits: Callable[[str], bool]
    words: str | Promise
    starts_key: Callable[[str], bool] = bool
    start_words: str | Promise = ""
    reserved: str = ""  # what keys begin with that belong to the vendor

    def is_reserved(self, key: str) -> bool:
        return bool(self.reserved) and key.lower().startswith(self.reserved)


def _of_aws(text: str) -> bool:
    return all(character in _SIGNS or unicodedata.category(character)[0] in "LNZ" for character in text)


def _is_label(text: str) -> bool:
    return _LABEL.fullmatch(text) is not None and text == text.lower()


def _is_printable(text: str) -> bool:
    return not any(unicodedata.category(character) == "Cc" for character in text)


_AWS: Final = TagRules(50, 128, 256, _of_aws, _("use letters, digits, spaces and _ . : / = + - @"), reserved="aws:")
_PRINTABLE: Final = _("leave out line breaks and control characters.")

RULES: Final[Mapping[str, TagRules]] = {
    Prefix.StoreKind.SECRETS_MANAGER: _AWS,
    Prefix.StoreKind.PARAMETER_STORE: _AWS,
    Prefix.StoreKind.VAULT: TagRules(64, 128, 512, _is_printable, _PRINTABLE),
    Prefix.StoreKind.GOOGLE: TagRules(
        64,
        63,
        63,
        _is_label,
        _("use small letters, digits, _ and -"),
        lambda key: key[:1].isalpha(),
        _("A key of Google begins with a letter."),
    ),
    Prefix.StoreKind.AZURE: TagRules(15, 256, 256, _is_printable, _PRINTABLE),
}
