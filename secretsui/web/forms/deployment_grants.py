"""Who may see and mend which deployment."""

from __future__ import annotations

from secretsui.access.models import DeploymentLevel
from secretsui.web.forms.prefix import GrantsForm


class DeploymentGrantsForm(GrantsForm):
    levels = DeploymentLevel
