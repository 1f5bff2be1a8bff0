"""Deployments of Airflow: what is known of their settings, where their backends point, and their checks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.models.places import Account


class Deployment(models.Model):
    """One Airflow, or what is known of it. Its credential is a reference, resolved at use."""

    class Stage(models.TextChoices):
        DEV = "dev", _("Development")
        STAGE = "stage", _("Staging")
        PROD = "prod", _("Production")

    class Platform(models.TextChoices):
        PLAIN = "plain", _("Airflow of your own")
        MWAA = "mwaa", _("Amazon MWAA")
        ASTRO = "astro", _("Astro")
        SOFTWARE = "astro-software", _("Astronomer Software")
        HELM = "helm", _("Official Helm chart")
        COMMUNITY = "helm-community", _("Community Helm chart")
        COMPOSE = "compose", _("Docker Compose")
        ECS = "ecs", _("Amazon ECS")

    class Api(models.TextChoices):
        V2 = "v2", _("REST API of Airflow 3")
        V1 = "v1", _("REST API of Airflow 2")
        MWAA = "mwaa", _("MWAA, through AWS")
        EXPORTED = "exported", _("Exported files")
        NONE = "none", _("Not at all")

    class SignIn(models.TextChoices):
        PASSWORD = "password", _("User and password")
        SESSION = "session", _("User and password, as the browser signs in")
        TOKEN = "token", _("Token")

    name = models.SlugField(_("Name"), max_length=60, unique=True)
    stage = models.CharField(_("Stage"), max_length=5, choices=Stage.choices, default=Stage.PROD)
    platform = models.CharField(_("Platform"), max_length=14, choices=Platform.choices, default=Platform.PLAIN)
    # As given; what a check finds stands in `detected` and counts for more.
    airflow_version = models.CharField(_("Airflow version"), max_length=20, blank=True)
    providers = models.JSONField(_("Provider versions"), default=dict, blank=True)  # distribution → version
    detected = models.JSONField(default=dict, editable=False)  # {"airflow": …, "providers": {…}, "test_connection": …}

    api = models.CharField(_("Connections and variables are read from"), max_length=8, choices=Api.choices)
    api_url = models.URLField(_("Address"), blank=True)
    sign_in = models.CharField(_("Sign in with"), max_length=8, choices=SignIn.choices, default=SignIn.PASSWORD)
    credential = models.CharField(_("Credential"), max_length=300, blank=True)  # env:NAME, file:PATH or a secret's ARN
    # Whose identity reads the credential from Secrets Manager, and speaks with MWAA.
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="deployments")
    region = models.CharField(_("Region"), max_length=40, blank=True)
    mwaa_environment = models.CharField(_("MWAA environment"), max_length=80, blank=True)
    # What Airflow runs as; empty where AWS can be asked for it.
    role_arn = models.CharField(_("Role of Airflow"), max_length=300, blank=True)

    # Kwargs without their secrets: core.backend_kwargs puts a mark in the place of each.
    backend_class = models.CharField(_("Secrets backend"), max_length=200, blank=True)
    backend_kwargs = models.JSONField(_("Its kwargs"), default=dict, blank=True)
    worker_backend_class = models.CharField(_("Secrets backend of workers"), max_length=200, blank=True)
    worker_backend_kwargs = models.JSONField(_("Its kwargs"), default=dict, blank=True)
    multi_team = models.BooleanField(_("Has teams"), default=False)
    team = models.CharField(_("Team of the task"), max_length=60, blank=True)

    reporter_digest = models.CharField(max_length=64, blank=True, editable=False)  # SHA-256 of the reporter's token
    check_minutes = models.PositiveIntegerField(_("Check every, in minutes"), default=60)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)  # of what it is resolved from: what is older is out of date
    resolved_at = models.DateTimeField(null=True, editable=False)
    # {process: {"ids": n, "conflicts": {conflict: n}}}: badges without a query.
    summary = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def airflow(self) -> str:
        """The version that counts, "" where nobody told."""
        return str(self.detected.get("airflow") or self.airflow_version)


class LayerPlace(models.Model):
    """In which account and region a backend of a deployment looks things up."""

    class Layer(models.TextChoices):
        BACKEND = "backend", _("Secrets backend")
        WORKER_BACKEND = "worker-backend", _("Secrets backend of workers")

    class Place(models.TextChoices):
        OWN = "own", _("Its own account")
        SHARED = "shared", _("The shared account")

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="places")
    layer = models.CharField(max_length=14, choices=Layer.choices)
    place = models.CharField(max_length=6, choices=Place.choices, default=Place.OWN)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="looked_up_by")
    region = models.CharField(max_length=100)

    class Meta:
        ordering: ClassVar = ["deployment", "layer", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deployment", "layer", "place"], name="layer_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.deployment} {self.layer} {self.place}: {self.account} {self.region}"


class Check(models.Model):
    """One reading of what a deployment says of itself. At most one is queued or running: the constraint claims it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        PARTIAL = "partial", _("Incomplete")
        FAILED = "failed", _("Failed")

    ACTIVE: ClassVar = (State.QUEUED, State.RUNNING)

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="checks")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    trigger = models.CharField(max_length=10, default="manual")  # manual, schedule, start, change
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)  # connections and variables read so far
    calls = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    remedy = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=20, blank=True)  # ApiError.kind

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["deployment"], condition=Q(state__in=["queued", "running"]), name="one_active_check"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deployment}: {self.get_state_display()}"
