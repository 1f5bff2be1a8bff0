"""What an administrator says about an account: how it is reached, never a credential itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.airflow import credentials
from secretsui.inventory.models import Account

REGION: Final = RegexValidator(
    r"^[a-z]{2}(-[a-z]+)+-[0-9]+\Z", gettext_lazy("Write the region as AWS does: eu-central-1.")
)
ROUTES: Final = frozenset({"new"})  # words that stand in addresses where an account's name would


class AccountForm(forms.Form):
    """What every vendor's account has; `options` are those of `Account.options`, each with its field."""

    vendor: ClassVar[Account.Vendor]
    options: ClassVar[Mapping[str, str]] = {}

    name = forms.SlugField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("Letters, digits, - and _. It stands in addresses and on every list."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, account: Account | None = None) -> None:
        super().__init__(data, initial=self.initial_of(account) if account else None)
        self.account = account
        self.notices: list[str] = []

    def initial_of(self, account: Account) -> dict[str, Any]:
        kept = {field: account.options.get(option, "") for option, field in self.options.items()}
        return {name: getattr(account, name, "") for name in self.base_fields} | kept

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Account.objects.filter(name__iexact=name)
        if self.account:
            others = others.exclude(pk=self.account.pk)
        if name.lower() in ROUTES or others.exists():
            raise forms.ValidationError(_("This name is taken. Choose another one."))
        return name

    def clean_credential(self) -> str:
        return self._reference("credential")

    def clean_ca_file(self) -> str:
        reference = self._reference("ca_file")
        if reference and not reference.startswith("file:"):
            raise forms.ValidationError(_("Write file: and the path of the certificate below the credentials folder."))
        return reference

    def _reference(self, name: str) -> str:
        """What is none is refused; one that leads nowhere yet is taken and told of."""
        reference: str = self.cleaned_data[name]
        problem = credentials.check(reference) if reference else None
        if credentials.is_arn(reference) or (problem and problem.code == "form"):
            raise forms.ValidationError(
                _("This is no reference, and so it was not kept. Write env:%(start)sNAME or file: and a path.")
                % {"start": credentials.START}
            )
        if problem and problem.code == "outside":
            raise forms.ValidationError(f"{problem.sentence} {problem.remedy}")
        if problem:
            self.notices.append(f"{problem.sentence} {problem.remedy}")
        return reference

    def full_clean(self) -> None:
        """What may be a secret in the wrong place does not come back with the page."""
        super().full_clean()
        wrong = [name for name in ("credential", "ca_file") if self.is_bound and name in self.errors]
        if "@" in self.data.get("endpoint_url", ""):
            wrong.append("endpoint_url")
        if wrong:
            sent = QueryDict(mutable=True)
            sent.update({name: self.data[name] for name in self.data} | dict.fromkeys(wrong, ""))
            self.data = sent

    def save(self) -> Account:
        account = self.account or Account(vendor=self.vendor, region=self.region_of(self.cleaned_data))
        data = dict(self.cleaned_data)
        account.options = {option: value for option, field in self.options.items() if (value := data.pop(field, ""))}
        for name, value in data.items():
            setattr(account, name, value)
        account.save()
        return account

    def region_of(self, data: Mapping[str, Any]) -> str:
        return str(data["region"])


class ReferenceField(forms.CharField):
    def __init__(self, label: Any, help_text: Any, *, required: bool = False) -> None:
        super().__init__(
            label=label,
            max_length=300,
            required=required,
            help_text=help_text,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )


class AddressField(forms.CharField):
    """A server's address alone, whose host may be a single word, as in a cluster. Kept without the slash at its end."""

    def __init__(self, label: Any, help_text: Any, *, required: bool = True, schemes: str = "https?") -> None:
        host = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
        pattern = rf"^{schemes}://{host}(?::[0-9]{{1,5}})?/?\Z"
        words = gettext_lazy(
            "Write the address alone, such as https://vault.example.com: without user, password, path and query."
        )
        super().__init__(
            label=label,
            max_length=200,
            required=required,
            help_text=help_text,
            validators=[RegexValidator(pattern, words)],
        )

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).rstrip("/")
