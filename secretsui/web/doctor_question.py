"""What a deployment's settings make Airflow ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from secretsui.core.backends.prefixes import PLURALS, joined
from secretsui.core.backends.shared_account import DEFAULT_REGION
from secretsui.core.backends.source import Backend
from secretsui.core.doctor.asking import Asking
from secretsui.core.setup.answers import CLASS_PATHS
from secretsui.inventory.deployments.settings import settings_of
from secretsui.inventory.models import Deployment, Prefix

SHARED: Final = CLASS_PATHS["shared-account"]
OWN: Final = CLASS_PATHS["secrets-manager"]


def asking_of(deployment: Deployment | None, prefix: Prefix, key: str) -> Asking:
    """Nothing where its backend is another one, or is not known."""
    settings = settings_of(deployment) if deployment else None
    backend = (settings.worker_backend or settings.backend) if settings else None
    if deployment is None or settings is None or backend is None:
        return Asking()
    environ = {**settings.environ, **settings.worker_environ}
    if backend.class_path == SHARED:
        return _shared(backend, deployment, environ, key)
    return _own(backend, deployment, prefix, key) if backend.class_path == OWN else Asking()


def _shared(backend: Backend, deployment: Deployment, environ: Mapping[str, str], key: str) -> Asking:
    """Each process of MWAA has the region of its environment in AWS_REGION."""
    kwargs = backend.kwargs
    home = deployment.region if deployment.platform == Deployment.Platform.MWAA else ""
    region = str(kwargs.get("aws_region") or environ.get("AWS_REGION") or home or DEFAULT_REGION)
    name = joined(kwargs.get("connections_prefix_shared", "airflow/connections"), kwargs.get("sep", "/"), key)
    return Asking(f"arn:aws:secretsmanager:{region}:{kwargs.get('shared_account', '')}:secret:{name}", region)


def _own(backend: Backend, deployment: Deployment, prefix: Prefix, key: str) -> Asking:
    plural = next((plural for kind, plural in PLURALS.items() if kind == prefix.kind), "connections")
    path = backend.kwargs.get(f"{plural}_prefix", f"airflow/{plural}")
    region = str(backend.kwargs.get("region_name") or deployment.region)
    return Asking(joined(path, backend.kwargs.get("sep", "/"), key), region) if path else Asking(region=region)
