"""What decides over a text beside its kind: how the backend of its store reads it, and what that store takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from secretsui.core.decoding import Decode, decoder
from secretsui.core.guard import LARGEST_BYTES
from secretsui.core.rules.format import Context, of_store
from secretsui.inventory.models import Prefix
from secretsui.stores.base import Capabilities
from secretsui.web.store_words import StoreWords, words_of

SECRETS_MANAGER: Final = Prefix.StoreKind.SECRETS_MANAGER
# What spoils names of Secrets Manager; the other stores say with a pattern what they take.
_OF_SECRETS_MANAGER: Final = frozenset(
    {"bad-character", "name-too-long", "leading-slash", "trailing-slash", "double-slash", "like-an-arn"}
)


@dataclass(frozen=True)
class TextRules:
    """Of one kind of store; `can` is None where no store is chosen yet, as in the builder."""

    store_kind: str = SECRETS_MANAGER
    can: Capabilities | None = None

    @property
    def words(self) -> StoreWords:
        return words_of(self.store_kind)

    @property
    def decode(self) -> Decode:
        return decoder(self.store_kind)

    @property
    def context(self) -> Context:
        return of_store(self.store_kind)

    @property
    def largest_bytes(self) -> int:
        return self.can.max_bytes if self.can and self.can.max_bytes else LARGEST_BYTES

    @property
    def charged_above(self) -> int:
        return self.can.charged_above if self.can else 0

    def judges(self, code: str) -> bool:
        """Is this code of `core.guard` about a name true of this store?"""
        return self.store_kind == SECRETS_MANAGER or code not in _OF_SECRETS_MANAGER

    def name_problems(self, name: str) -> Iterator[str]:
        if self.can is None or self.store_kind == SECRETS_MANAGER or not name:
            return
        longest = self.can.max_name_length  # 0 of a store that cannot be asked
        if longest and len(name) > longest:
            yield "store-name-too-long"
        elif self.can.name_pattern and not re.fullmatch(self.can.name_pattern, name):
            yield "store-name"


PLAIN: Final = TextRules()
