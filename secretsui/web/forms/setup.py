"""The four questions of the set-up: where Airflow runs, where secrets lie, their names, who reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from secretsui.core.backends.source import Kind
from secretsui.core.setup import names, requirements
from secretsui.core.setup.answers import Answers, StoreName
from secretsui.core.versions import at_least
from secretsui.web.forms.account import REGION
from secretsui.web.forms.deployment_fields import VERSION
from secretsui.web.forms.setup_answers import answers_of
from secretsui.web.setup_words import IDENTITIES, LOGINS, NOTICES, PATTERNS, PLATFORMS, STORES, WORKERS, WRONG


def _account(typed: str) -> None:
    if typed.isascii() and typed.isdigit():
        if len(typed) != ACCOUNT_DIGITS:
            words = ngettext(
                "%(n)d digit. AWS account ids have 12.", "%(n)d digits. AWS account ids have 12.", len(typed)
            )
            raise forms.ValidationError(words % {"n": len(typed)})
    else:
        raise forms.ValidationError(_("Digits alone. AWS account ids have 12."))


ACCOUNT_DIGITS: Final = 12
_ROLE: Final = RegexValidator(
    r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,200}\Z",
    gettext_lazy("Write the ARN of the role: arn:aws:iam::123456789012:role/airflow."),
)
_KEY: Final = RegexValidator(
    r"^(alias/[\w/-]{1,250}|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]{1,64}|[\w-]{1,64})\Z",
    gettext_lazy("Write an alias, a key id or the ARN of a key: alias/airflow."),
)
_WORD: Final = RegexValidator(
    r"^[\w.@/+=:-]*\Z", gettext_lazy("Use letters, digits and the characters _ . @ / + = : -")
)
_PATH: Final = RegexValidator(r"^/[\w./+@-]+\Z", gettext_lazy("Write the whole path of a file: /run/secrets/name."))
_SCOPE: Final = RegexValidator(
    r"^/subscriptions/[\w-]+/resourceGroups/[\w.()-]+/providers/Microsoft\.KeyVault/vaults/[\w-]+\Z",
    gettext_lazy("Write the resource id of the key vault, which az keyvault show --query id prints."),
)
_MEMBER: Final = RegexValidator(
    r"^[\w.-]+@[\w.-]+\Z",
    gettext_lazy("Write the address of the service account: airflow@project.iam.gserviceaccount.com."),
)
# Which fields each backend asks for; what is not asked is put aside.
OF_STORE: Final[Mapping[str, Sequence[str]]] = {
    "secrets-manager": ("account", "region", "role_arn", "kms_key"),
    "shared-account": (
        *("account", "region", "role_arn", "kms_key"),
        *("shared_account", "shared_region", "shared_prefix", "shared_kms_key"),
    ),
    "parameter-store": ("account", "region", "role_arn", "kms_key"),
    "vault": ("vault_url", "mount", "kv", "namespace", "auth", "auth_mount"),
    "google": ("project", "key_path", "member"),
    "azure": ("azure_url", "azure_auth", "principal", "scope"),
}
OF_LOGIN: Final[Mapping[str, Sequence[str]]] = {
    "approle": ("vault_role",),
    "aws_iam": ("vault_role", "vault_region"),
    "azure": ("vault_tenant", "vault_host", "vault_user"),
    "gcp": ("vault_role",),
    "jwt": ("vault_role", "jwt_path"),
    "kubernetes": ("vault_role",),
    "ldap": ("vault_user",),
    "radius": ("vault_host",),
    "userpass": ("vault_user",),
}
OF_IDENTITY: Final[Mapping[str, Sequence[str]]] = {
    "managed-identity": ("azure_client",),
    "workload-identity": ("azure_client", "azure_tenant"),
    "client-secret": ("azure_client", "azure_tenant"),
}
_OPTIONAL: Final = frozenset(
    {
        *("account", "region", "role_arn", "kms_key", "shared_region", "mount", "namespace", "auth_mount"),
        *("project", "key_path", "member", "principal", "scope", "vault_region"),
    }
)
_NEEDED: Final = gettext_lazy("Enter it: the settings need it.")
_SHARED_KEY: Final = gettext_lazy(
    "Name the key of the shared secrets: with the one that AWS manages no other account can read them."
)
# Of the policy alone: without them the settings stand by themselves.
FOR_POLICY: Final[Mapping[str, Sequence[str]]] = {
    "secrets-manager": ("account", "region"),
    "shared-account": ("account", "region", "role_arn"),
    "parameter-store": ("account", "region"),
    "google": ("project", "member"),
    "azure": ("principal", "scope"),
}


def _text(label: Any, hint: Any = "", *validators: Any, **options: Any) -> forms.CharField:
    attrs = {"spellcheck": "false", "autocomplete": "off", "autocapitalize": "none", "class": "mono"}
    attrs |= options.pop("attrs", {})
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=options.pop("max_length", 300),
        validators=[*validators],
        widget=forms.TextInput(attrs=attrs),
        **options,
    )


def _choice(label: Any, choices: Mapping[str, Any], hint: Any = "", **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[*choices.items()], help_text=hint, initial=next(iter(choices)), **options
    )


class SetupForm(forms.Form):
    """Nothing of it is stored. `notices` are what was changed of the typed text, by field."""

    platform = _choice(gettext_lazy("Platform"), PLATFORMS, widget=forms.RadioSelect)
    airflow = _text(
        gettext_lazy("Airflow version"), "", VERSION, max_length=20, initial="3.1", attrs={"list": "airflow-versions"}
    )
    provider = _text(gettext_lazy("Provider version"), gettext_lazy("Empty for the newest."), VERSION, max_length=20)
    name = _text(
        gettext_lazy("Name of the deployment"),
        gettext_lazy("What the platform calls it. It stands in the commands."),
        RegexValidator(r"^[\w .-]*\Z", gettext_lazy("Use letters, digits, blanks and the characters _ . -")),
        max_length=80,
    )

    store = _choice(gettext_lazy("Store"), STORES)
    account = _text(gettext_lazy("Account"), "", _account, attrs={"inputmode": "numeric"})
    region = _text(gettext_lazy("Region"), "", REGION, max_length=40)
    shared_account = _text(gettext_lazy("Shared account"), "", _account, attrs={"inputmode": "numeric"})
    shared_region = _text(gettext_lazy("Its region"), gettext_lazy("Empty for the same region."), REGION, max_length=40)
    shared_prefix = _text(gettext_lazy("Connections prefix there"), "", max_length=256, initial="airflow/connections")
    vault_url = _text(gettext_lazy("Address of Vault"), gettext_lazy("Such as https://vault.example.com:8200."))
    mount = _text(
        gettext_lazy("Mount of the key-value engine"),
        gettext_lazy("Empty where the first part of each id names it."),
        _WORD,
        max_length=100,
        initial="secret",
    )
    kv = _choice(gettext_lazy("Version of the engine"), {"2": "2", "1": "1"})
    namespace = _text(gettext_lazy("Namespace"), gettext_lazy("Of Vault Enterprise and HCP."), _WORD, max_length=200)
    auth = _choice(gettext_lazy("Airflow logs in with"), LOGINS)
    auth_mount = _text(gettext_lazy("Mount of the login"), gettext_lazy("Empty for the usual one."), _WORD)
    vault_role = _text(gettext_lazy("Role"), gettext_lazy("For AppRole its role id."), _WORD, max_length=200)
    vault_user = _text(gettext_lazy("User"), gettext_lazy("For Azure the client id."), _WORD, max_length=200)
    vault_host = _text(gettext_lazy("Host"), gettext_lazy("Of the RADIUS server; for Azure the resource."), _WORD)
    vault_tenant = _text(gettext_lazy("Tenant id"), "", _WORD, max_length=100)
    vault_region = _text(gettext_lazy("Region of STS"), "", REGION, max_length=40)
    jwt_path = _text(gettext_lazy("File with the JWT"), "", _PATH)
    project = _text(
        gettext_lazy("Project"), gettext_lazy("Its id. Empty for that of the credentials."), _WORD, max_length=60
    )
    key_path = _text(
        gettext_lazy("Key file"), gettext_lazy("Beside Airflow. Empty for the identity that it runs as."), _PATH
    )
    azure_url = _text(gettext_lazy("Address of the vault"), gettext_lazy("Such as https://airflow.vault.azure.net."))
    azure_auth = _choice(gettext_lazy("Airflow signs in with"), IDENTITIES)
    azure_client = _text(gettext_lazy("Client id"), "", _WORD, max_length=100)
    azure_tenant = _text(gettext_lazy("Tenant id"), "", _WORD, max_length=100)

    connections = _text(gettext_lazy("Connections prefix"), "", max_length=256, initial="airflow/connections")
    variables = _text(gettext_lazy("Variables prefix"), "", max_length=256, initial="airflow/variables")
    config = _text(
        gettext_lazy("Config prefix"),
        gettext_lazy("Empty turns these lookups off and saves calls."),
        max_length=256,
        attrs={"placeholder": gettext_lazy("Off")},
    )
    connections_pattern = _text(
        gettext_lazy("Connections lookup pattern"),
        gettext_lazy("Tested at the start of the id, ignoring case."),
        max_length=1000,
        strip=False,
    )
    variables_pattern = _text(gettext_lazy("Variables lookup pattern"), "", max_length=1000, strip=False)
    workers = _choice(gettext_lazy("Workers of Airflow 3"), WORKERS)
    worker_connections = _text(gettext_lazy("Connections prefix of workers"), "", max_length=256)
    worker_variables = _text(gettext_lazy("Variables prefix of workers"), "", max_length=256)

    role_arn = _text(gettext_lazy("Airflow execution role"), "", _ROLE)
    kms_key = _text(
        gettext_lazy("KMS key"), gettext_lazy("An alias, an id or an ARN. Empty for the key that AWS manages."), _KEY
    )
    shared_kms_key = _text(gettext_lazy("KMS key of the shared account"), "", _KEY)
    member = _text(gettext_lazy("Service account that reads"), "", _MEMBER)
    principal = _text(gettext_lazy("Object id of the identity that reads"), "", _WORD, max_length=100)
    scope = _text(gettext_lazy("Resource id of the key vault"), "", _SCOPE)

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.notices: dict[str, list[str]] = {}

    @property
    def answers(self) -> Answers:
        return answers_of(self.cleaned_data)

    def clean_vault_url(self) -> str:
        return _address(self.cleaned_data["vault_url"], ("http", "https"))

    def clean_azure_url(self) -> str:
        return _address(self.cleaned_data["azure_url"], ("https",))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        asked = self.asked(data)
        for name in _PLACED - asked:
            self.errors.pop(name, None)
            data[name] = self.fields[name].initial or ""
        self._name(data)
        for name, words in [*self._missing(data, asked), *self._patterns(data), *self._versions(data)]:
            if name not in self.errors:
                self.add_error(name, words)
        self._forget()
        return data

    def asked(self, data: Mapping[str, Any]) -> frozenset[str]:
        store = data.get("store", "")
        more = OF_LOGIN.get(data.get("auth", ""), ()) if store == "vault" else ()
        more = OF_IDENTITY.get(data.get("azure_auth", ""), ()) if store == "azure" else more
        return frozenset({*OF_STORE.get(store, ()), *more})

    def _missing(self, data: Mapping[str, Any], asked: frozenset[str]) -> Iterator[tuple[str, Any]]:
        for name in sorted(asked - _OPTIONAL):
            if name in data and not data[name] and not (name == "vault_role" and data.get("auth") == "aws_iam"):
                yield name, _SHARED_KEY if name == "shared_kms_key" else _NEEDED
        if not any(data.get(name) for name in ("connections", "variables", "config")) and not self.errors:
            yield "connections", _("All lookups are off. Give at least one prefix.")

    def _name(self, data: dict[str, Any]) -> None:
        """Prefixes as the backend takes them, with a word on what was changed."""
        if (store := data.get("store")) is None:
            return
        for name, kind in PREFIXES.items():
            if name in data:
                data[name] = self._prefix(name, kind, store, data)

    def _prefix(self, name: str, kind: Kind, store: StoreName, data: Mapping[str, Any]) -> str | None:
        if not _is_asked(name, data):
            return None
        typed, usual = data[name], names.DEFAULTS[store][kind]
        is_untouched = typed.strip() == self.fields[name].initial
        if is_untouched and typed.strip().strip("/") != usual.strip("/"):
            self._notice(name, NOTICES["usual"] % {"prefix": usual})
            return usual
        named = names.prefix_of(store, typed)
        for each in named.notices:
            if (name, each) != ("config", "off"):  # its hint says so
                self._notice(name, str(NOTICES[each]))
        if named.wrong == "illegal":
            self.add_error(name, WRONG["illegal"].get(store) or WRONG["illegal"][""])
        elif named.wrong:
            self.add_error(name, WRONG[named.wrong])
        return named.prefix

    def _notice(self, name: str, words: str) -> None:
        self.notices.setdefault(name, []).append(words)

    def _patterns(self, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for plural in ("connections", "variables"):
            name = f"{plural}_pattern"
            if data.get("store") not in names.PATTERNED or data.get(plural) is None:
                data[name] = ""
            if not data.get(name):
                continue
            code, at = names.pattern_error(data[name])
            if not code and names.names_prefix(data[name], data.get(plural)):
                code = "prefix"
            if code:
                yield name, PATTERNS[code] % {"at": at}

    def _versions(self, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        if not data.get("airflow") and "airflow" not in self.errors:
            yield "airflow", _("Enter the version of Airflow, such as 3.1.")
        if self.errors:
            return
        if data["workers"] != "same" and not at_least(data["airflow"], "3"):
            yield "workers", _("Workers of Airflow 2 have no backend of their own.")
        answers = answers_of(data)
        facts = {"installed": answers.provider, "floor": requirements.too_old(answers)}
        if facts["floor"]:
            yield "provider", _("These settings need version %(floor)s of the provider or newer.") % facts
        if first := requirements.too_new(answers):
            yield "provider", _("This backend finds nothing with version %(first)s and newer.") % {"first": first}

    def _forget(self) -> None:
        """What may be a credential in the wrong place does not come back with the page."""
        addresses = {name: self.data.get(name, "") for name in ("vault_url", "azure_url")}
        wrong = [name for name, typed in addresses.items() if any(sign in typed for sign in "@?#")]
        if wrong:
            sent = QueryDict(mutable=True)
            sent.update({name: self.data[name] for name in self.data} | dict.fromkeys(wrong, ""))
            self.data = sent

    def lacking(self) -> Sequence[str]:
        """Labels of what only the policy needs, and nobody has told."""
        needed = FOR_POLICY.get(self.cleaned_data["store"], ())
        return [str(self.fields[name].label) for name in needed if not self.cleaned_data[name]]


PREFIXES: Final[Mapping[str, Kind]] = {
    "connections": "connection",
    "variables": "variable",
    "config": "config",
    "shared_prefix": "connection",
    "worker_connections": "connection",
    "worker_variables": "variable",
}
_PLACED: Final = frozenset(
    name for fields in (*OF_STORE.values(), *OF_LOGIN.values(), *OF_IDENTITY.values()) for name in fields
)


def _is_asked(name: str, data: Mapping[str, Any]) -> bool:
    """The shared account's backend reads variables where connections are, so it is not asked for them."""
    is_shared: bool = data["store"] == "shared-account"
    if name == "shared_prefix":
        return is_shared
    if name.startswith("worker_") and data.get("workers") != "own":
        return False
    return not is_shared or PREFIXES[name] == "connection"


def _address(typed: str, schemes: Sequence[str]) -> str:
    if not typed:
        return ""
    try:
        parts = urlsplit(typed)
        is_sound = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or parts.query or parts.fragment:
        raise forms.ValidationError(_("Write the address with https:// and the host."))
    if "@" in parts.netloc:
        raise forms.ValidationError(_("Leave user and password out of the address. It was not kept."))
    return typed.rstrip("/")
