"""What is known of the layers that are no store of ours: names, facts and keyed fingerprints, never values."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.models.deployments import Deployment
from secretsui.inventory.models.places import Kind


class Layer(models.TextChoices):
    """Those of `core.chain` that are told by deployments and their settings."""

    ENVIRONMENT_MANAGER = "environment-manager", _("Environment Manager")
    WORKER_ENVIRONMENT = "worker-environment", _("Environment of workers")
    ENVIRONMENT = "environment", _("Environment")
    METASTORE = "metastore", _("Metadata database")


class EnvSource(models.Model):
    """Something that says what the environment of a deployment's processes holds. Its text is read and dropped."""

    class Form(models.TextChoices):
        ENV_FILE = "env-file", _("Env file")
        COMPOSE = "compose", _("Docker Compose")
        HELM = "helm", _("Values of the official Helm chart")
        COMMUNITY = "helm-community", _("Values of the community Helm chart")
        ECS = "ecs", _("ECS task definition")
        KUBERNETES = "kubernetes", _("Kubernetes workloads")
        MWAA = "mwaa", _("MWAA options")
        SCRIPT = "script", _("Start-up script")
        ASTRO = "astro", _("Astro deployment variables")
        OBJECTS = "astro-objects", _("Astro Environment Manager")
        REPORTER = "reporter", _("Reporter")

    class Process(models.TextChoices):
        ANY = "any", _("All processes")
        SERVER = "server", _("API server and scheduler")
        WORKER = "worker", _("Workers")

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="sources")
    form = models.CharField(_("What it is"), max_length=14, choices=Form.choices)
    label = models.CharField(_("Name"), max_length=400, blank=True)  # a file name, an ARN, the reporter's process
    process = models.CharField(_("Read by"), max_length=6, choices=Process.choices, default=Process.ANY)
    component = models.CharField(_("Component"), max_length=120, blank=True)  # service or container, as the source says
    # Nothing else sets variables there: a name that is missing is absent. Otherwise it is unknown.
    is_whole = models.BooleanField(_("Nothing else sets variables there"), default=True)
    as_of = models.DateTimeField(null=True)
    gaps = models.JSONField(
        default=list
    )  # [{"reason": …, "where": …, "line": n}]: with one, what is missing is unknown
    problems = models.JSONField(default=list)  # [{"code": …, "line": n, "facts": {…}}] of airflow.environment.SENTENCES
    # Settings that were found and are no secrets: {"AIRFLOW__SECRETS__BACKEND": …}; kwargs without theirs.
    settings = models.JSONField(default=dict)
    unknown = models.JSONField(default=list)  # names of settings that are set to something that is not told

    class Meta:
        ordering: ClassVar = ["deployment", "id"]

    def __str__(self) -> str:
        return f"{self.deployment}: {self.get_form_display()} {self.label}".strip()


class LayerState(models.Model):
    """How the last reading of one layer for one kind went. Without a row nobody has ever read it."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="layer_states")
    layer = models.CharField(max_length=20, choices=Layer.choices)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    as_of = models.DateTimeField(null=True)  # of the last complete reading: what is missing since is absent
    tried_at = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=0)
    # Why the last attempt failed, "" if it did not. The entries of the last complete reading stay, as old as `as_of`.
    problem = models.CharField(max_length=300, blank=True)
    remedy = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=20, blank=True)  # ApiError.kind

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deployment", "layer", "kind"], name="layer_state_once"),
        ]

    def __str__(self) -> str:
        return f"{self.deployment} {self.layer} {self.kind}"


class LayerEntry(models.Model):
    """One connection or variable of one layer: a row of the metadata database, a variable of an environment."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="entries", db_index=False)
    layer = models.CharField(max_length=20, choices=Layer.choices)
    source = models.ForeignKey(EnvSource, null=True, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # As the layer names it: conn_id or key of a row or an object, AIRFLOW_CONN_… of an environment.
    name = models.CharField(max_length=512)
    team = models.CharField(max_length=60, blank=True)
    conn_type = models.CharField(max_length=200, blank=True)
    endpoint = models.CharField(max_length=512, blank=True)
    # core.lookup.Use per dialect where it is known: {"2.11": "usable", "3.3": "broken"}; {"*": …} where they agree.
    use = models.JSONField(default=dict)
    fingerprints = models.JSONField(default=dict)  # core.prints: place → fingerprint, "?" where masked
    # Hashes under the reporter's own key, by place: those that are recognised become fingerprints.
    reported = models.JSONField(default=dict)
    fingerprint_key = models.CharField(max_length=16, blank=True)
    maybe_unset = models.BooleanField(default=False)  # the source does not tell whether the name is set at all
    held_in = models.CharField(max_length=300, blank=True)  # where a value is kept that the source only refers to
    line = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [models.Index(fields=["deployment", "layer", "kind", "name"], name="entry_by_name")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["deployment", "layer", "kind", "name", "team"],
                condition=Q(source__isnull=True),
                name="row_once",
            ),
            models.UniqueConstraint(
                fields=["source", "kind", "name"], condition=Q(source__isnull=False), name="setting_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deployment} {self.layer} {self.name}"
