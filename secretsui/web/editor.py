"""What the pages for editing and creating a value are drawn from."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from secretsui.core.compare import FieldChange, compare3, compare3_texts
from secretsui.core.decoding import Decode
from secretsui.core.sensitive import Sensitive
from secretsui.inventory.models import Kind
from secretsui.stores.base import StoreError
from secretsui.web.connection_form import Composed, Form
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.forms.stored import Stored
from secretsui.web.review import Review
from secretsui.web.value_rows import best_reading


def new_token() -> str:
    """Of one attempt to save: repeated, the attempt is still the same one."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Clash:
    """Somebody else saved meanwhile: their version, and what each side did to each field."""

    base: Stored
    theirs: Stored
    changes: Sequence[FieldChange]
    can_merge: bool


@dataclass(frozen=True)
class Editor:
    """The state of one form. Only the form itself holds values, and only those that were typed or asked for."""

    form: Form
    base_version: str = ""
    base_words: str = ""
    token: str = field(default_factory=new_token)
    review: Review | None = None
    composed: Composed | None = None
    clash: Clash | None = None
    error: StoreError | None = None
    still: str = ""  # after a save that failed: the version that is current all the same
    must_confirm: bool = False
    tried: bool = False  # a password was typed, and was not right

    @property
    def mode(self) -> str:
        return "fields" if isinstance(self.form, ConnectionFields) else "raw"


def clash(form: Form, base: Stored, theirs: Stored, mine: Composed, kind: str) -> Clash:
    changes = _changes(base.text, theirs.text, mine.text, kind, base.decode)
    by_fields = isinstance(form, ConnectionFields) and theirs.connection is not None
    return Clash(base, theirs, changes, can_merge=by_fields and any(each.change == "theirs" for each in changes))


def _changes(base: Sensitive, theirs: Sensitive, mine: Sensitive, kind: str, decode: Decode) -> Sequence[FieldChange]:
    if kind == Kind.CONNECTION:
        conns = [best_reading(text, decode) for text in (base, theirs, mine)]
        if all(conns):
            return compare3(*conns)
    return compare3_texts(base, theirs, mine)
