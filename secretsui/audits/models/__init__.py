"""Audits: runs, what they found, when they run and who hears of it."""

from __future__ import annotations

from secretsui.audits.models.findings import FindingEvent, StoredFinding
from secretsui.audits.models.roles import RoleReading
from secretsui.audits.models.runs import Audit, Part
from secretsui.audits.models.schedules import Delivery, Recipient, Schedule, Silence

__all__ = [
    "Audit",
    "Delivery",
    "FindingEvent",
    "Part",
    "Recipient",
    "RoleReading",
    "Schedule",
    "Silence",
    "StoredFinding",
]
