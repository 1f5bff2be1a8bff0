"""The end of an audit: what it has read is worked out, and the rules run over it."""

from __future__ import annotations

import logging

from django.db import Error, connection

from secretsui.audits import estate, judging, running
from secretsui.audits.models import Audit
from secretsui.core.rules import audit as rules
from secretsui.inventory.deployments import resolving, triggers
from secretsui.inventory.models import Deployment
from secretsui.inventory.sync.progress import heartbeat

logger = logging.getLogger(__name__)


def judge(audit: Audit) -> bool:
    """Whether this was the one that judged it. An error of our own ends the audit; its row says so."""
    if audit.state != Audit.State.JUDGING:
        return False
    try:
        with heartbeat(audit, Audit.State.JUDGING):
            _resolve()
            known = estate.build(audit)
            return judging.judge(audit, known, rules.run(known))
    except Exception:
        logger.exception("audit not judged audit=%s", audit.pk)
        _close_if_possible(audit)
        return False


def _resolve() -> None:
    """What was read has made matrices out of date, and a rule may compare any of them."""
    for deployment in Deployment.objects.all():
        if triggers.is_outdated(deployment):
            resolving.resolve_all(deployment)


def _close_if_possible(audit: Audit) -> None:
    """Where not even this can be written, the sweep has it judged again."""
    try:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        running.close(audit.pk, Audit.State.FAILED, running.NOT_JUDGED)
    except Error:
        logger.exception("audit left to the sweep audit=%s", audit.pk)
