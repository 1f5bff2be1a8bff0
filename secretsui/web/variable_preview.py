"""What a DAG gets from the text of a variable: the type of the value and its keys, never the value."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.core.codec_errors import DecodeError
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable_reading import JsonValue, Oddity, json_value, oddities
from secretsui.web.forms.text import printable

MOST_KEYS: Final = 50

# Cause and effect of what is odd about a text.
WORDS: Final[Mapping[str, str | Promise]] = {
    "byte-order-mark": _(
        "A byte order mark, which no editor shows, stands first: the text begins with it, and it is no JSON."
    ),
    "trailing-newline": _("The text ends with a line break, and Variable.get(key) returns it with that."),
    "quoted": _(
        "The quotation marks are a part of the text: the Secrets Manager backend hands them on, and only "
        "deserialize_json takes those of JSON away. A DAG that reads the variable as text needs it without them."
    ),
    "repeated-key": _("A key stands twice in the same object, and the last one wins."),
    "not-a-number": _("NaN and Infinity are read by Python, and by no other reader of JSON."),
    "inexact-number": _("A number has more digits, or is larger, than a float can hold, and is read as another one."),
    "half-character": _(
        "An escape stands for half of a character. Airflow 2.11 fails with it; Airflow 3.3 hands on a text that "
        "cannot be written to a file."
    ),
}


@dataclass(frozen=True, slots=True)
class Note:
    words: str | Promise
    where: str
    more: int


@dataclass(frozen=True, slots=True)
class VariableReading:
    """`value` is None where the text is no JSON, and `where` then says as of which place."""

    characters: int
    value: JsonValue | None
    where: str
    notes: Sequence[Note]

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        members = self.value.members if self.value else ()
        return [(printable(key), type_name) for key, type_name in members[:MOST_KEYS]]

    @property
    def more_keys(self) -> int:
        return max(0, (self.value.size if self.value else 0) - MOST_KEYS)


def of(text: Sensitive, said: Collection[str | Promise] = ()) -> VariableReading:
    """Without the notes in words that are `said` elsewhere on the page."""
    value, where = None, ""
    try:
        value = json_value(text)
    except DecodeError as failure:
        where = failure.where
    notes = [note for note in map(_note, oddities(text)) if note.words not in said]
    return VariableReading(len(text.reveal()), value, where, notes)


def _note(oddity: Oddity) -> Note:
    return Note(WORDS[oddity.code], oddity.where, oddity.count - 1)
