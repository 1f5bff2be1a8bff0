"""An audit without worker or queue: all of it in this process."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.utils import timezone

from secretsui.audits import ending, parts, running
from secretsui.audits.models import Audit, Part


def run(audit: Audit, *, reads: bool = True, tell: Callable[[Part], None] = lambda _: None) -> Audit:
    """The audit as it ended. Without `reads` the rules look at what is known already.

    Workers that share the database may take up some of its parts, and are waited for.
    """
    try:
        _until_ended(audit, parts.read if reads else _skip, tell)
    except KeyboardInterrupt:
        running.close(audit.pk, Audit.State.CANCELLED, running.STOPPED)
        raise
    return audit


def _until_ended(audit: Audit, read: Callable[[Part], None], tell: Callable[[Part], None]) -> None:
    while audit.state in Audit.ACTIVE:
        waiting = list(audit.parts.filter(state=Part.State.QUEUED).select_related("prefix__account", "deployment"))
        for part in waiting:
            read(part)
            tell(part)
        audit.refresh_from_db()
        if audit.state == Audit.State.JUDGING:
            ending.judge(audit)
            audit.refresh_from_db()
        elif not waiting:  # somebody else reads what is left, or has stopped to
            time.sleep(parts.LOOK_EVERY)
            running.sweep(timezone.now())


def _skip(part: Part) -> None:
    if running.claim(part):
        running.finish(part, Part.State.DONE)
