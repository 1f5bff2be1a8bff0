"""What Airflow's masks become: a type that is no text, so that no mask is ever compared or written back."""

from __future__ import annotations

import json
from typing import Any, Final

from secretsui.core.masked import MaskedObject
from secretsui.core.sensitive import Hidden, Sensitive

# Airflow also puts the first one over a known secret inside of other text. A value that really has three stars in it
# is then taken for a masked one, which costs no more than a comparison.
_MASKS: Final = ("***", "<redaction-failed>", "< hidden >")


def is_masked(text: str) -> bool:
    return any(mask in text for mask in _MASKS)


def told(text: str) -> Sensitive | Hidden:
    """A value, unless a mask is anywhere in it: then as a whole not."""
    return Hidden() if is_masked(text) else Sensitive(text)


def extra(text: str) -> Sensitive | Hidden:
    """The extra of a connection: of a JSON object with masks the other keys stay visible."""
    if not is_masked(text):
        return Sensitive(text)
    members = _object(text)
    return Hidden() if members is None else MaskedObject({key: _member(value) for key, value in members.items()})


def _member(value: Any) -> Any:
    try:
        return Hidden() if is_masked(json.dumps(value, ensure_ascii=False)) else value
    except RecursionError:  # nested as deeply as the parser could just bear
        return Hidden()


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
