"""Where a prefix is, as each kind of store spells places and names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.inventory.models import Account, Kind, Prefix
from secretsui.inventory.models.places import GLOBAL
from secretsui.web.forms.account import REGION
from secretsui.web.forms.account_vault import MOUNT
from secretsui.web.forms.details import KmsKeyField
from secretsui.web.forms.prefix import SettingsForm

_OF_AWS: Final = gettext_lazy("Use letters, digits and the characters / _ + = . @ -")


def path_field(pattern: str, words: Any, help_text: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Prefix"),
        max_length=256,
        required=required,
        validators=[RegexValidator(rf"^{pattern}\Z", words)],
        help_text=help_text,
    )


def sep_field(initial: str) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Separator"),
        max_length=4,
        initial=initial,
        help_text=gettext_lazy("What stands between prefix and id: Airflow's sep."),
    )


class PrefixForm(SettingsForm):
    """Of Secrets Manager; the others say what is different. `options` are the fields that `Prefix.options` keeps."""

    store_kind: ClassVar[Prefix.StoreKind] = Prefix.StoreKind.SECRETS_MANAGER
    options: ClassVar[tuple[str, ...]] = ()
    fixed_sep: ClassVar[str] = ""

    path = path_field(
        r"[A-Za-z0-9_/+=.@-]+",
        _OF_AWS,
        gettext_lazy("As in the backend's connections_prefix or variables_prefix: airflow/connections"),
    )
    sep = sep_field("/")
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices)
    region = forms.CharField(label=gettext_lazy("Region"), max_length=40, validators=[REGION])

    field_order = ("path", "kind", "region", "kv", "sep", "kms_key_id", "refresh_minutes", "written_as")

    def __init__(self, data: Mapping[str, Any] | None = None, *, account: Account) -> None:
        super().__init__(data, initial={"region": account.region})
        self.account = account
        self.notices: list[str] = []

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.fixed_sep:
            data["sep"] = self.fixed_sep
        if "region" not in self.fields:
            data["region"] = GLOBAL
        if "path" in data and data.get("sep"):
            data["path"] = self.normal(self._without_end(data["path"], data["sep"]))
            if not data["path"] and self.fields["path"].required:
                self.add_error("path", _("A prefix needs more than its separator."))
            elif self._taken(data):
                self.add_error("path", _("This account has this prefix there already."))
        return data

    def _without_end(self, typed: str, sep: str) -> str:
        path = typed
        while path.endswith(sep):
            path = path.removesuffix(sep)
        if path != typed:
            self.notices.append(_("The %(sep)s at the end was left out: Airflow adds it by itself.") % {"sep": sep})
        return path

    def normal(self, path: str) -> str:
        """As the store and Airflow's backend spell it; `notices` tell what was changed, and what to know."""
        if path.startswith("/"):
            self.notices.append(
                _("The prefix begins with /, so it holds only secrets whose names do. Airflow's usual prefixes do not.")
            )
        return path

    def _taken(self, data: Mapping[str, Any]) -> bool:
        same = self.account.prefixes.filter(store_kind=self.store_kind, path=data["path"])
        return same.filter(region=data.get("region")).exists()

    def save(self) -> Prefix:
        data = dict(self.cleaned_data)
        options = {name: value for name in self.options if (value := data.pop(name, ""))}
        return Prefix.objects.create(account=self.account, store_kind=self.store_kind, options=options, **data)


class ParametersForm(PrefixForm):
    store_kind = Prefix.StoreKind.PARAMETER_STORE
    options = ("kms_key_id",)
    fixed_sep = "/"

    path = path_field(
        r"[A-Za-z0-9_/.-]+",
        gettext_lazy("Use letters, digits and the characters / _ . -"),
        gettext_lazy("As in the backend's connections_prefix or variables_prefix: /airflow/connections"),
    )
    sep = None  # type: ignore[assignment] # the backend takes no other than the slash
    kms_key_id = KmsKeyField(
        gettext_lazy(
            "Encrypts parameters that are created here. An alias, a key id or an ARN; empty means aws/ssm, which other "
            "accounts cannot use."
        )
    )

    def normal(self, path: str) -> str:
        if path and not path.startswith("/"):
            self.notices.append(
                _("A / was put in front: parameters in a hierarchy begin with it, and Airflow adds it.")
            )
        return "/" + path.lstrip("/") if path else path


class VaultPrefixForm(PrefixForm):
    store_kind = Prefix.StoreKind.VAULT
    options = ("kv",)
    fixed_sep = "/"

    path = path_field(
        r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?",
        gettext_lazy("Write the path without blanks around it."),
        gettext_lazy("As in connections_path or variables_path: connections. Empty for the whole mount."),
        required=False,
    )
    sep = None  # type: ignore[assignment] # Vault's paths have no other
    region = forms.CharField(
        label=gettext_lazy("Mount"),
        max_length=100,
        validators=[MOUNT],
        help_text=gettext_lazy("As in mount_point; where that is empty, the part of the id before its first slash."),
    )
    kv = forms.TypedChoiceField(
        label=gettext_lazy("Version of its engine"),
        choices=[("", gettext_lazy("As Vault says")), ("2", gettext_lazy("2, with history")), ("1", "1")],
        coerce=int,
        required=False,
        help_text=gettext_lazy("Name it where the token may not ask: kv_engine_version of the backend."),
    )

    def normal(self, path: str) -> str:
        if path.startswith("/"):
            self.notices.append(_("The / in front was left out: paths of Vault begin without it."))
        return path.lstrip("/")


class GooglePrefixForm(PrefixForm):
    store_kind = Prefix.StoreKind.GOOGLE

    path = path_field(
        r"[A-Za-z0-9_-]+",
        gettext_lazy("Use letters, digits, _ and -"),
        gettext_lazy("As in the backend's connections_prefix or variables_prefix: airflow-connections"),
    )
    sep = sep_field("-")
    region = None  # type: ignore[assignment]

    def clean_sep(self) -> str:
        return _of(self.cleaned_data["sep"], r"[A-Za-z0-9_-]", _("Google takes letters, digits, _ and - in names."))

    def normal(self, path: str) -> str:
        self.notices.append(
            _("Ids with other characters than letters, digits, _ and - are not found. my_db and my-db are two ids.")
        )
        return path


class AzurePrefixForm(PrefixForm):
    store_kind = Prefix.StoreKind.AZURE

    path = path_field(
        r"[A-Za-z0-9_-]+",
        gettext_lazy("Use letters, digits and -"),
        gettext_lazy("As in the backend's connections_prefix: airflow-connections. Empty for the whole vault."),
        required=False,
    )
    sep = sep_field("-")
    region = None  # type: ignore[assignment]

    def clean_sep(self) -> str:
        return _of(self.cleaned_data["sep"], r"[A-Za-z0-9-]", _("Key Vault takes letters, digits and - in names."))

    def normal(self, path: str) -> str:
        self.notices.append(
            _("Key Vault has no _ in names, so Airflow turns each into the separator: my_db and my-db are one secret.")
        )
        return path.replace("_", self.cleaned_data["sep"])


def _of(text: str, characters: str, words: str) -> str:
    RegexValidator(rf"^{characters}+\Z", words)(text)
    return text


FORMS: Final[Mapping[str, type[PrefixForm]]] = {
    each.store_kind: each for each in (PrefixForm, ParametersForm, VaultPrefixForm, GooglePrefixForm, AzurePrefixForm)
}
