"""Rows that say where secrets are, who looks them up, and what is known of them; never what they hold."""

from __future__ import annotations

from secretsui.inventory.models.allowances import Allowance
from secretsui.inventory.models.chains import ResolvedRow
from secretsui.inventory.models.deployments import Check, Deployment, LayerPlace
from secretsui.inventory.models.layers import EnvSource, LayerEntry, LayerState
from secretsui.inventory.models.places import GLOBAL, STORES_OF, Account, Kind, Prefix, spelt
from secretsui.inventory.models.records import Refresh, SecretRecord

__all__ = [
    "GLOBAL",
    "STORES_OF",
    "Account",
    "Allowance",
    "Check",
    "Deployment",
    "EnvSource",
    "Kind",
    "LayerEntry",
    "LayerPlace",
    "LayerState",
    "Prefix",
    "Refresh",
    "ResolvedRow",
    "SecretRecord",
    "spelt",
]
