"""What the set-up says of prefixes and of permissions, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

PLATFORMS: Final[Mapping[str, Any]] = {
    "plain": _("Airflow of your own"),
    "mwaa": _("MWAA"),
    "astro": _("Astro"),
    "astro-software": _("Astronomer Software"),
    "helm": _("Official Helm chart"),
    "helm-community": _("Community Helm chart"),
    "compose": _("Docker Compose"),
    "ecs": _("ECS"),
}
STORES: Final[Mapping[str, Any]] = {
    "secrets-manager": _("AWS Secrets Manager"),
    "shared-account": _("AWS Secrets Manager with a shared account"),
    "parameter-store": _("AWS SSM Parameter Store"),
    "vault": _("HashiCorp Vault"),
    "google": _("Google Secret Manager"),
    "azure": _("Azure Key Vault"),
}
LOGINS: Final[Mapping[str, Any]] = {
    "approle": _("AppRole"),
    "kubernetes": _("Kubernetes service account"),
    "aws_iam": _("AWS IAM role"),
    "jwt": _("JWT or OIDC"),
    "token": _("Token"),
    "userpass": _("User and password"),
    "ldap": _("LDAP"),
    "github": _("GitHub token"),
    "gcp": _("Google service account"),
    "azure": _("Azure"),
    "radius": _("RADIUS"),
}
IDENTITIES: Final[Mapping[str, Any]] = {
    "default": _("The identity it runs as"),
    "managed-identity": _("A managed identity, by its client id"),
    "workload-identity": _("A workload identity of Kubernetes"),
    "client-secret": _("A client secret"),
}
WORKERS: Final[Mapping[str, Any]] = {
    "same": _("The same as servers"),
    "own": _("Prefixes of their own"),
    "only": _("Workers alone have a backend"),
}
NOTICES: Final[Mapping[str, Any]] = {
    "off": _("Lookups of this kind are off."),
    "trailing": _("The separator at the end is left out: Airflow adds it by itself."),
    "leading": _("The slash at the start is left out: with it only names that begin with one are found."),
    "leading-added": _("A slash is put in front, as names of parameters begin with it."),
    "doubled": _("A double slash becomes a single one, as no name would be found below it."),
    "dashed": _("Each _ becomes a -, as in all names of this vault."),
    "usual": _("The usual prefix of this backend is taken: %(prefix)s."),
}
WRONG: Final[Mapping[str, Any]] = {
    "illegal": {
        "google": _("Use letters, digits, - and _, as names of secrets do there."),
        "azure": _("Use letters, digits and -, as names of secrets do there."),
        "": _("Use letters, digits and the characters / _ . -"),
    },
    "reserved": _("AWS keeps names that begin with aws or ssm to itself. Choose another prefix."),
    "only-separator": _("A prefix needs more than its separator. Empty turns these lookups off."),
}
PATTERNS: Final[Mapping[str, Any]] = {
    "invalid": _("This is no regular expression: look at character %(at)d."),
    "risky": _("Matching this pattern could take very long. Use fewer repeats, and none around another."),
    "prefix": _("Airflow matches the pattern with the id alone. Leave the prefix out of it."),
}
PERMISSIONS: Final[Mapping[str, Any]] = {
    "role": _("IAM policy for the execution role"),
    "shared": _("In the shared account"),
    "vault": _("In Vault"),
    "google": _("In Google Cloud"),
    "azure": _("In Azure"),
    "held": _("For the role that fetches the kwargs"),
}
