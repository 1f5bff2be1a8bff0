"""Bringing the records of a prefix up to date with its store."""

from __future__ import annotations

from secretsui.inventory.sync.queueing import active, due, queue, sweep
from secretsui.inventory.sync.refreshing import run
from secretsui.inventory.sync.single import mark_stale, refresh_one

__all__ = ["active", "due", "mark_stale", "queue", "refresh_one", "run", "sweep"]
