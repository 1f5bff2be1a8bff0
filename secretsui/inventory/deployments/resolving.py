"""From what is known of the layers to the matrix: every id of a deployment, or one."""

from __future__ import annotations

from secretsui.core.backends.source import Kind
from secretsui.core.chain import Process
from secretsui.inventory.deployments.explained import Explained
from secretsui.inventory.models import Deployment


def resolve_one(deployment: Deployment, process: Process, kind: Kind, key: str) -> Explained:
    """Any id, also one that lies nowhere, as the tables have it now."""
    raise NotImplementedError


def resolve_all(deployment: Deployment) -> int:
    """Write the rows of every process anew, and the summary. How many ids there are."""
    raise NotImplementedError
