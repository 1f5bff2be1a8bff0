"""The list of prices, read from its file once and checked at the start."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags

from secretsui.core import costs
from secretsui.core.costs import BadPrices, Prices

_MOST: Final = 1_000_000


def register() -> None:
    checks.register(prices_are_readable, Tags.compatibility)


def prices() -> Prices:
    """Raises `BadPrices`."""
    return _read(Path(settings.PRICES_FILE))


@cache
def _read(path: Path) -> Prices:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MOST)
    except (OSError, UnicodeDecodeError) as failure:
        raise BadPrices(f"It cannot be read: {type(failure).__name__}.") from None
    return costs.read(text)


def prices_are_readable(**_: Any) -> Sequence[CheckMessage]:
    try:
        prices()
    except BadPrices as failure:
        return [
            checks.Error(
                f"The list of prices in {settings.PRICES_FILE} does not fit. {failure}",
                hint="Correct the file, or leave SECRETSUI_PRICES_FILE out for the list that comes with the product.",
                id="secretsui.E001",
            )
        ]
    return []
