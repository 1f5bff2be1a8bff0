"""What each kind of store calls things, so that no screen says of one what is true of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.inventory.models import Account, Prefix
from secretsui.inventory.models.places import GLOBAL

Words = str | Promise
DESCRIPTION: Final = _("Description")


@dataclass(frozen=True, slots=True)
class StoreWords:
    """`tags` is what a secret's key-value pairs are called."""

    vendor: Words
    service: Words
    icon: str
    identity: Words  # of a secret, as the store itself names it: SecretInfo.arn
    tags: Words
    tag_edit: Words
    managed_key: str = ""  # what encrypts where no key is named
    policy_form: Words = ""  # in what `Probe.missing` is written
    kept: Words = ""  # what becomes of a deleted secret that is kept
    kept_until: Words = ""  # the same in the trash, where no day is known
    name_rules: Words = ""  # what to do about a name that it does not take
    expiry: Words = ""  # what becomes of a secret when the day comes that people gave it
    description: Words = DESCRIPTION
    # Whether the store tells of these; where it does not, nothing is said of them rather than "never" or "none".
    tells_access: bool = False
    has_stages: bool = False
    rotates: bool = False
    replicates: bool = False

    def place(self, prefix: Prefix) -> str:
        """The region or mount of a prefix, the address of its key vault, the id of its project."""
        account = prefix.account
        if account.vendor == Account.Vendor.GOOGLE:
            return str(account.options.get("project", ""))
        if account.vendor == Account.Vendor.AZURE:
            return account.endpoint_url.removeprefix("https://")
        return "" if prefix.region == GLOBAL else prefix.region


STORES: Final[Mapping[str, StoreWords]] = {
    Prefix.StoreKind.SECRETS_MANAGER: StoreWords(
        vendor=_("AWS"),
        service=_("AWS Secrets Manager"),
        icon="brand-aws",
        identity=_("ARN"),
        tags=_("Tags"),
        tag_edit=_("Edit tags"),
        managed_key="aws/secretsmanager",
        tells_access=True,
        has_stages=True,
        rotates=True,
        replicates=True,
        policy_form=_("Add this to the policy of that identity"),
    ),
    Prefix.StoreKind.PARAMETER_STORE: StoreWords(
        vendor=_("AWS"),
        service=_("AWS Parameter Store"),
        name_rules=_(
            "Use letters, digits and _ . - between single slashes, in at most 15 levels; none begins with aws or ssm."
        ),
        icon="brand-aws",
        identity=_("ARN"),
        tags=_("Tags"),
        tag_edit=_("Edit tags"),
        managed_key="aws/ssm",
        policy_form=_("Add this to the policy of that identity"),
    ),
    Prefix.StoreKind.VAULT: StoreWords(
        vendor=_("Vault"),
        service=_("HashiCorp Vault"),
        name_rules=_("Leave out blanks around it, line breaks, .. and a slash at the beginning or end."),
        icon="lock",
        identity=_("Path"),
        tags=_("Custom metadata"),
        tag_edit=_("Edit custom metadata"),
        policy_form=_("Add this to a policy of that token or role"),
        kept=_("Vault marks its current version as deleted and keeps it until somebody destroys it."),
        kept_until=_("When somebody destroys it"),
    ),
    Prefix.StoreKind.GOOGLE: StoreWords(
        vendor=_("Google Cloud"),
        service=_("Google Secret Manager"),
        name_rules=_("Use letters, digits, _ and -, at most 255 of them."),
        icon="brand-google",
        identity=_("Resource name"),
        tags=_("Labels"),
        tag_edit=_("Edit labels"),
        policy_form=_("Grant this to that identity"),
        expiry=_("Google Cloud deletes it then, for good."),
    ),
    Prefix.StoreKind.AZURE: StoreWords(
        vendor=_("Azure"),
        service=_("Azure Key Vault"),
        name_rules=_("Use letters, digits and -, at most 127 of them."),
        icon="brand-azure",
        identity=_("Identifier"),
        description=_("Content type"),
        tags=_("Tags"),
        tag_edit=_("Edit tags"),
        policy_form=_("Assign this to that identity"),
        expiry=_("Readers get its value after that day, too."),
        kept=_("The vault keeps it for as many days as it is set to, from 7 to 90, and then purges it."),
        kept_until=_("When the vault purges it"),
    ),
}


def words_of(store_kind: str) -> StoreWords:
    return STORES[store_kind]


def shown_path(prefix: Prefix) -> str:
    """A prefix without a path holds the whole mount or vault."""
    return prefix.path or str(_("everything in %(place)s") % {"place": words_of(prefix.store_kind).place(prefix)})
