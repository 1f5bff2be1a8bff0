"""When a value is not mended."""

from __future__ import annotations


class NoRepair(ValueError):
    """The repair does not apply, or there is more than one way to read the value."""
