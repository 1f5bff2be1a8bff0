"""What an administrator says of a deployment: what it is, how it is read, and which backends it looks things up in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.airflow import credentials
from secretsui.cloud.roles import ROLE_ARN
from secretsui.core import backend_kwargs
from secretsui.core.backends.source import Backend
from secretsui.core.chain import Settings
from secretsui.core.versions import at_least
from secretsui.inventory.models import Account, Deployment
from secretsui.web.forms.account import REGION, ROUTES
from secretsui.web.forms.deployment_fields import (
    CLASS_PATH,
    VERSION,
    AccountField,
    KwargsField,
    ProvidersField,
    check_address,
    check_reference,
)
from secretsui.web.forms.deployment_words import look_at
from secretsui.web.forms.prefix import DAY, INTERVAL

if TYPE_CHECKING:
    OfDeployment = forms.ModelForm[Deployment]
else:
    OfDeployment = forms.ModelForm

Api = Deployment.Api
# What is asked for each way to read the rows; the rest is put aside when it is saved.
NEEDS: Final[Mapping[str, Sequence[str]]] = {
    Api.V2: ("api_url", "sign_in", "credential"),
    Api.V1: ("api_url", "sign_in", "credential"),
    Api.MWAA: ("account", "region", "mwaa_environment"),
    Api.EXPORTED: (),
    Api.NONE: (),
}
# Vault may be given its token by the environment; the chain itself tells where it is not.
_LOGGED_IN: Final = {"VAULT_TOKEN": ""}
_OF_API: Final = ("api_url", "sign_in", "credential", "region", "mwaa_environment")
_MISSING: Final = {
    "api_url": gettext_lazy("Enter the address of Airflow, such as https://airflow.example.com."),
    "credential": gettext_lazy("Name the credential to sign in with."),
    "account": gettext_lazy("Choose the account that reads it."),
    "region": gettext_lazy("Enter the region, such as eu-central-1."),
    "mwaa_environment": gettext_lazy("Name the environment as MWAA does."),
}
_IS_ROLE: Final = RegexValidator(
    rf"\A{ROLE_ARN.pattern}\Z",
    gettext_lazy("Enter the ARN of a role: arn:aws:iam::, the account, :role/ and its name."),
)
_WHICH_AIRFLOW: Final = frozenset({"api", "api_url"})
_WHICH_MWAA: Final = frozenset({"api", "mwaa_environment", "region", "account"})


class DeploymentForm(OfDeployment):
    airflow_version = forms.CharField(
        label=gettext_lazy("Airflow version"),
        max_length=20,
        required=False,
        validators=[VERSION],
        help_text=gettext_lazy("Such as 3.3.2. What a check finds counts for more."),
    )
    providers = ProvidersField(
        label=gettext_lazy("Provider versions"),
        help_text=gettext_lazy("One a line: apache-airflow-providers-amazon 9.39.0. They decide how a backend reads."),
    )
    api_url = forms.URLField(label=gettext_lazy("Address"), required=False, assume_scheme="https")
    credential = forms.CharField(
        label=gettext_lazy("Credential"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "Where it is kept, never the credential itself: env:SECRETSUI_CREDENTIAL_…, file:… or a secret's ARN."
        ),
    )
    account = AccountField(
        label=gettext_lazy("Account"),
        help_text=gettext_lazy(
            "Whose identity reads task definitions, a credential in Secrets Manager, and speaks with MWAA."
        ),
    )
    region = forms.CharField(label=gettext_lazy("Region"), max_length=40, required=False, validators=[REGION])
    role_arn = forms.CharField(
        label=gettext_lazy("Role of Airflow"),
        max_length=300,
        required=False,
        validators=[_IS_ROLE],
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
        help_text=gettext_lazy(
            "The ARN of what Airflow runs as, so that an audit sees what it may read. Empty where AWS can be asked for "
            "it: of MWAA, and of a task definition of ECS."
        ),
    )
    backend_class = forms.CharField(
        label=gettext_lazy("Secrets backend"),
        max_length=200,
        required=False,
        validators=[CLASS_PATH],
        widget=forms.TextInput(attrs={"list": "backend-classes", "spellcheck": "false"}),
        help_text=gettext_lazy("The class of [secrets] backend. Empty where there is none, or where a source sets it."),
    )
    backend_kwargs = KwargsField(
        label=gettext_lazy("Its kwargs"),
        help_text=gettext_lazy("[secrets] backend_kwargs as JSON. What may be a secret in it is not kept."),
    )
    worker_backend_class = forms.CharField(
        label=gettext_lazy("Secrets backend of workers"),
        max_length=200,
        required=False,
        validators=[CLASS_PATH],
        widget=forms.TextInput(attrs={"list": "backend-classes", "spellcheck": "false"}),
        help_text=gettext_lazy("[workers] secrets_backend of Airflow 3. Empty where workers have that of the server."),
    )
    worker_backend_kwargs = KwargsField(label=gettext_lazy("The kwargs of the workers' backend"))
    check_minutes = forms.IntegerField(
        label=gettext_lazy("Check every, in minutes"),
        initial=60,
        validators=[MinValueValidator(5, INTERVAL), MaxValueValidator(7 * DAY, INTERVAL)],
    )

    class Meta:
        model = Deployment
        fields: ClassVar = [
            *("name", "stage", "platform", "airflow_version", "providers", "multi_team", "team"),
            *("api", *_OF_API, "account", "check_minutes"),
            *("backend_class", "backend_kwargs", "worker_backend_class", "worker_backend_kwargs", "role_arn"),
        ]
        help_texts: ClassVar = {
            "name": gettext_lazy("Letters, digits, - and _. It stands in addresses and on every list."),
            "multi_team": gettext_lazy("[core] multi_team, from Airflow 3.2 on."),
            "team": gettext_lazy("Whose tasks are looked at; empty for tasks of no team."),
        }

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.notices: list[str] = []
        accounts = {account.name: account for account in Account.objects.order_by("name")}
        of_api = self.fields["account"]
        assert isinstance(of_api, AccountField)  # noqa: S101 - declared above
        of_api.offer(accounts)
        self.initial["account"] = self.instance.account and self.instance.account.name

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Deployment.objects.filter(name__iexact=name).exclude(pk=self.instance.pk)
        if name.lower() in ROUTES or others.exists():
            raise forms.ValidationError(_("This name is taken. Choose another one."))
        return name

    def clean_api_url(self) -> str:
        address: str = self.cleaned_data["api_url"]
        check_address(address)
        return address

    def clean_credential(self) -> str:
        reference: str = self.cleaned_data["credential"]
        if words := check_reference(reference):
            self.notices.append(words)
        return reference

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in _OF_API:
            if name not in self._asked(data):
                data[name] = Deployment.SignIn.PASSWORD if name == "sign_in" else ""
                self.errors.pop(name, None)
        for name, words in self._wrong(data):
            if name not in self.errors:
                self.add_error(name, words)
        self._take_out(data)
        self._forget()
        return data

    def _asked(self, data: Mapping[str, Any]) -> Sequence[str]:
        needs = NEEDS.get(data.get("api", ""), ())
        return (
            [*needs, "account"] if credentials.is_arn(data.get("credential") or "") and "credential" in needs else needs
        )

    def _wrong(self, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        api, version = data.get("api"), data.get("airflow_version")
        for name in self._asked(data):
            if not data.get(name) and name in _MISSING:
                yield name, str(_MISSING[name])
        if api == Api.V2 and data.get("sign_in") == Deployment.SignIn.SESSION:
            yield "sign_in", _("Airflow 3 takes a user and password, or a token.")
        if api in (Api.EXPORTED, Api.NONE) and not version:
            yield "airflow_version", _("Enter the version of Airflow: nobody can be asked for it.")
        airflow = self.instance.detected.get("airflow") or version or ("2" if api == Api.V1 else "")
        if data.get("worker_backend_class") and not at_least(airflow, "3"):
            yield "worker_backend_class", _("Workers of Airflow 2 have no backend of their own. Leave it empty.")

    def _take_out(self, data: dict[str, Any]) -> None:
        """No secret in kwargs is kept, nor comes back with the page."""
        for name in ("backend_kwargs", "worker_backend_kwargs"):
            path = data.get(name.replace("kwargs", "class")) or ""
            kwargs, removed = backend_kwargs.without_secrets(path, data.get(name) or {})
            if removed:
                data[name] = kwargs
                self._retype(name, self.fields[name].prepare_value(kwargs))
                self.notices.append(_taken_out(removed))

    def _forget(self) -> None:
        """What may be a credential in the wrong place does not come back with the page."""
        if "credential" in self.errors:
            self._retype("credential", "")
        if "api_url" in self.errors and "@" in self.data.get("api_url", ""):
            self._retype("api_url", "")

    def _retype(self, name: str, text: Any) -> None:
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent[name] = text
        self.data = sent

    @property
    def asks_another_airflow(self) -> bool:
        which = _WHICH_MWAA if self.cleaned_data["api"] == Api.MWAA else _WHICH_AIRFLOW
        return not which.isdisjoint(self.changed_data)

    def look(self) -> None:
        """Ask the resolver what it makes of the backends; for a form that is valid otherwise."""
        settings = _settings(self.cleaned_data, self.instance)
        for layer, found in look_at(settings).items():
            name = "backend_kwargs" if layer == "backend" else "worker_backend_kwargs"
            for words in found.wrong:
                self.add_error(name, words)
            self.notices += found.notices


def _settings(data: Mapping[str, Any], known: Deployment) -> Settings:
    detected = known.detected or {}
    return Settings(
        airflow=detected.get("airflow") or data["airflow_version"],
        backend=_backend(data, ""),
        worker_backend=_backend(data, "worker_"),
        providers={**data["providers"], **detected.get("providers", {})},
        multi_team=data["multi_team"],
        team=data["team"],
        environ=_LOGGED_IN,
        worker_environ=_LOGGED_IN,
    )


def _backend(data: Mapping[str, Any], start: str) -> Backend | None:
    path = data[f"{start}backend_class"]
    return Backend(path, data[f"{start}backend_kwargs"]) if path else None


def _taken_out(removed: Sequence[str]) -> str:
    words = _("Of these kwargs only the name is kept, as their values may be secret: %(names)s.")
    return words % {"names": ", ".join(removed)}
