"""What a test of an account or a prefix found, with the words of its store."""

from __future__ import annotations

from dataclasses import dataclass

from secretsui.access.door import Door
from secretsui.inventory.models import Prefix
from secretsui.stores.base import Probe, StoreError
from secretsui.web.store_words import StoreWords, words_of


@dataclass(frozen=True, slots=True)
class Report:
    prefix: Prefix
    probe: Probe
    words: StoreWords

    @property
    def place(self) -> str:
        """What was tried: a region, mount or vault, and the beginning of the names."""
        return f"{self.words.place(self.prefix)} {self.prefix.start}*".strip()


def report_of(door: Door, prefix: Prefix) -> Report:
    """A store that cannot even be opened is a finding too."""
    try:
        probe = door.probe()
    except StoreError as error:
        probe = Probe(error=error)
    return Report(prefix, probe, words_of(prefix.store_kind))
