"""The question of the settings check: a text, what it is, whose it is, and what to hold it against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.validators import RegexValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.airflow.settings_text import Form
from secretsui.core.setup.answers import CLASS_PATHS
from secretsui.inventory.models import Deployment, Prefix
from secretsui.web.store_words import words_of

FORMS: Final[Mapping[Form, str | Promise]] = {
    "kwargs": _("backend_kwargs as JSON"),
    "env-file": _("Env file, or export lines"),
    "cfg": _("airflow.cfg"),
    "dockerfile": _("Dockerfile"),
    "compose": _("Compose file"),
    "helm": _("Helm values, official chart"),
    "helm-community": _("Helm values, community chart"),
    "mwaa": _("MWAA as JSON of get-environment"),
    "mwaa-console": _("MWAA options as the console has them"),
    "mwaa-cli": _("aws mwaa update-environment"),
    "terraform": _("Terraform: MWAA options, or the environment of a container"),
    "ecs": _("ECS task definition as JSON"),
    "astro": _("astro deployment variable create"),
    "pairs": _("Variables of a browser: a name, and its value below"),
    "script": _("Shell script, such as MWAA's start-up script"),
}
BACKENDS: Final[Mapping[str, str | Promise]] = {
    "secrets-manager": _("AWS Secrets Manager"),
    "shared-account": _("AWS Secrets Manager with a shared account"),
    "parameter-store": _("AWS Systems Manager Parameter Store"),
    "vault": _("HashiCorp Vault"),
    "google": _("Google Secret Manager"),
    "azure": _("Azure Key Vault"),
}
LONGEST: Final = 100_000
PREFIX, DEPLOYMENT = "prefix:", "deployment:"
_VERSION: Final = RegexValidator(r"^\d+(\.\d+){0,3}([a-z]+\d*)?$", _("Write the release as numbers, say 2.11.2."))
_PLAIN: Final = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


def places(prefixes: Sequence[Prefix], deployments: Sequence[Deployment]) -> Sequence[tuple[str, str]]:
    """What this person may choose, by what stands in the form."""
    return [
        *((f"{DEPLOYMENT}{each.name}", each.name) for each in deployments),
        *(
            (f"{PREFIX}{each.pk}", f"{each.account.name}, {words_of(each.store_kind).place(each)}: {each.path or '–'}")
            for each in prefixes
        ),
    ]


class SettingsForm(forms.Form):
    text = forms.CharField(
        label=_("Settings"),
        strip=False,
        max_length=LONGEST,
        widget=forms.Textarea,
        error_messages={
            "required": _("Paste the settings of a secrets backend."),
            "max_length": _("The text is too long. Paste the part that sets up the backend."),
            "null_characters_not_allowed": _("The text has a null character in it. Paste it again."),
        },
    )
    form = forms.ChoiceField(
        label=_("What it is"),
        required=False,
        error_messages={"invalid_choice": _("Choose what the text is from the list.")},
    )
    backend = forms.ChoiceField(
        label=_("Backend"),
        required=False,
        help_text=_("For kwargs alone, which do not say whose they are."),
        error_messages={"invalid_choice": _("Choose a backend of the list.")},
    )
    platform = forms.ChoiceField(
        label=_("Platform"),
        required=False,
        error_messages={"invalid_choice": _("Choose a platform of the list.")},
    )
    airflow = forms.CharField(label=_("Airflow version"), max_length=20, required=False, validators=[_VERSION])
    provider = forms.CharField(
        label=_("Version of the provider"),
        max_length=20,
        required=False,
        validators=[_VERSION],
        help_text=_("Of the package that the backend is from. Requirement lines in the text are found."),
    )
    against = forms.ChoiceField(
        label=_("Hold against"),
        required=False,
        help_text=_("Ids of a deployment, or the secrets of a prefix and of its account."),
        error_messages={"invalid_choice": _("Choose a prefix or a deployment of the list.")},
    )

    def __init__(self, data: Any = None, *, against: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, **more)
        for name, choices in (
            ("form", [("", _("Tell by itself")), *FORMS.items()]),
            ("backend", [("", _("Tell by the kwargs")), *BACKENDS.items()]),
            ("platform", [("", _("Tell by the text")), *Deployment.Platform.choices]),
            ("against", [("", _("Nothing: the settings alone")), *against]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["text"].widget.attrs = {**_PLAIN, "rows": 14, "class": "mono", "wrap": "off"}
        for name in ("airflow", "provider"):
            self.fields[name].widget.attrs = dict(_PLAIN)

    @property
    def class_path(self) -> str:
        return CLASS_PATHS.get(self.cleaned_data["backend"], "")
