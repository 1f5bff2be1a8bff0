"""Who may do what on which prefix or deployment: the only place that decides."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import OuterRef, QuerySet, Subquery

from secretsui.access.models import DeploymentGrant, DeploymentLevel, Grant, Level
from secretsui.inventory.models import Deployment, Prefix

Anyone = AbstractBaseUser | AnonymousUser


class NotVisible(Exception):
    """This person has no grant on the prefix or deployment, or the name is not in it: to them it does not exist."""


class Refused(Exception):
    """This person sees the place but needs a grant of `level` there."""

    def __init__(self, level: Level | DeploymentLevel, place: Prefix | Deployment) -> None:
        super().__init__(f"This needs the grant “{level.label}” on {place}.")
        self.level, self.place = level, place


def visible_prefixes(user: Anyone) -> QuerySet[Prefix]:
    """The prefixes on which a group of this person has a grant, each with the highest `level`."""
    if not user.is_active:
        return Prefix.objects.none()
    highest = Grant.objects.filter(prefix=OuterRef("pk"), group__user=user.pk).order_by("-level").values("level")[:1]
    granted = Prefix.objects.annotate(level=Subquery(highest)).filter(level__isnull=False)
    return granted.select_related("account")


def level(user: Anyone, prefix: Prefix) -> Level | None:
    """The highest level of this person's groups on this prefix, as the database has it now."""
    if not user.is_active:
        return None
    found = Grant.objects.filter(prefix=prefix, group__user=user.pk).order_by("-level").values_list("level", flat=True)
    highest = found.first()
    return None if highest is None else Level(highest)


def can_list(user: Anyone, prefix: Prefix) -> bool:
    return _reaches(user, prefix, Level.LIST)


def can_reveal(user: Anyone, prefix: Prefix) -> bool:
    return _reaches(user, prefix, Level.REVEAL)


def can_write(user: Anyone, prefix: Prefix) -> bool:
    return _reaches(user, prefix, Level.WRITE)


def visible_deployments(user: Anyone) -> QuerySet[Deployment]:
    """The deployments on which a group of this person has a grant, each with the highest `level`."""
    if not user.is_active:
        return Deployment.objects.none()
    granted = DeploymentGrant.objects.filter(deployment=OuterRef("pk"), group__user=user.pk)
    highest = granted.order_by("-level").values("level")[:1]
    return Deployment.objects.annotate(level=Subquery(highest)).filter(level__isnull=False)


def deployment_level(user: Anyone, deployment: Deployment) -> DeploymentLevel | None:
    """The highest level of this person's groups on this deployment, as the database has it now."""
    if not user.is_active:
        return None
    granted = DeploymentGrant.objects.filter(deployment=deployment, group__user=user.pk)
    highest = granted.order_by("-level").values_list("level", flat=True).first()
    return None if highest is None else DeploymentLevel(highest)


def may_see(user: Anyone, deployment: Deployment) -> bool:
    return (deployment_level(user, deployment) or 0) >= DeploymentLevel.SEE


def may_fix(user: Anyone, deployment: Deployment) -> bool:
    return (deployment_level(user, deployment) or 0) >= DeploymentLevel.FIX


def may_administer(user: Anyone) -> bool:
    """May manage accounts, prefixes, deployments, grants and people. It implies no grant."""
    return bool(user.is_active and getattr(user, "is_superuser", False))


def _reaches(user: Anyone, prefix: Prefix, needed: Level) -> bool:
    return (level(user, prefix) or 0) >= needed
