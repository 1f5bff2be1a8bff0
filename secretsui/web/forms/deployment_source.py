"""Texts that say what the environment of a deployment holds, or which rows its metadata database has.

What was given never comes back with the page: it may hold every password of the deployment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.inventory.deployments import sources
from secretsui.inventory.models import Deployment, EnvSource, Kind
from secretsui.web.uploads import ByName, text_of

Form = EnvSource.Form
# A reporter sends by itself.
GIVEN: Final = [(value, label) for value, label in Form.choices if value != Form.REPORTER]
MOST: Final = 20
LIVE: Final = (Form.ECS, Form.MWAA)
_LINE: Final = RegexValidator(r"^[^\x00-\x1f\x7f]*\Z", gettext_lazy("Write it in one line."))


class UnkeptText(forms.Textarea):
    """Comes back empty."""

    def __init__(self, rows: int = 8) -> None:
        super().__init__(attrs={"rows": rows, "spellcheck": "false", "autocomplete": "off", "class": "mono"})

    def format_value(self, value: Any) -> str:
        return ""


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> Mapping[str, str]:
        """The texts of the files by their names."""
        files: Sequence[UploadedFile[Any]] = [super(FilesField, self).clean(each, initial) for each in data or ()]
        texts = {str(file.name): text_of(file) for file in files}
        for name, text in texts.items():
            if text is None:
                raise forms.ValidationError(_("%(name)s is no UTF-8 text.") % {"name": name})
        return ByName({name: text for name, text in texts.items() if text is not None})


class TextsForm(forms.Form):
    """Texts that are pasted or uploaded."""

    def taken(self, pasted: str, uploaded: str) -> str:
        """What was given in one of these two fields."""
        text, file = self.cleaned_data.get(pasted) or "", self.cleaned_data.get(uploaded)
        found = text_of(file) if file else text
        if found is None:
            self.add_error(uploaded, _("The file is no UTF-8 text."))
        elif file and text.strip():
            self.add_error(pasted, _("Give the text or the file, not both."))
        return found or ""

    def refuse(self, field: str | None, sentences: Sequence[str]) -> None:
        """What is wrong with a text, the first of it."""
        self.add_error(field, [forms.ValidationError(words) for words in sentences[:MOST]])


class SourceForm(TextsForm):
    text = forms.CharField(label=gettext_lazy("Text"), required=False, strip=False, widget=UnkeptText())
    file = forms.FileField(label=gettext_lazy("or a file"), required=False, allow_empty_file=True)
    form = forms.ChoiceField(label=gettext_lazy("What it is"), choices=GIVEN)
    label = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        required=False,
        validators=[_LINE],
        help_text=gettext_lazy("Such as the file's name. The same name, given again, takes the place of the old one."),
    )
    process = forms.ChoiceField(label=gettext_lazy("Read by"), choices=EnvSource.Process.choices)
    is_whole = forms.BooleanField(
        label=gettext_lazy("Nothing else sets variables there"),
        required=False,
        initial=True,
        help_text=gettext_lazy("With it, a name that is missing is absent. Without it, nobody knows."),
    )
    component = forms.ChoiceField(label=gettext_lazy("Component"), required=False)
    more_files = FilesField(
        label=gettext_lazy("Files that it names"),
        required=False,
        help_text=gettext_lazy("Env files of Compose or ECS, and the .env beside a Compose file; several at once."),
    )
    of = forms.CharField(
        label=gettext_lazy("Id of the Astro deployment"), max_length=60, required=False, validators=[_LINE]
    )
    live = forms.CharField(
        label=gettext_lazy("or read it from AWS"),
        max_length=400,
        required=False,
        help_text=gettext_lazy(
            "The ARN of the task definition, or the name of the MWAA environment; read with each check."
        ),
    )

    def __init__(self, data: Any = None, files: Any = None, *, deployment: Deployment) -> None:
        super().__init__(data, files, initial={"form": Form.ENV_FILE, "live": deployment.mwaa_environment})
        self.deployment = deployment
        wanted = data.get("component", "") if data else ""
        self._offer([wanted] if wanted else [])

    def _offer(self, components: Sequence[str]) -> None:
        component = self.fields["component"]
        assert isinstance(component, forms.ChoiceField)  # noqa: S101 - declared above
        component.choices = [("", _("Choose one")), *((name, name) for name in components)]
        self.components = components

    def ask_for(self, components: Sequence[str]) -> None:
        """It sets the environments of several processes."""
        self._offer(components)
        self.add_error("component", _("Several processes are described. Choose the one that this is about."))

    @property
    def is_live(self) -> bool:
        return bool(self.cleaned_data.get("form") in LIVE and self.cleaned_data.get("live") and not self.given)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self.given = self.taken("text", "file")
        if self.is_live:
            self._check_live(data["form"], data["live"])
        elif not self.given.strip() and not self.errors:
            self.add_error("text", _("Paste the text, or choose a file."))
        return data

    def _check_live(self, form: str, live: str) -> None:
        if form == Form.ECS and not sources.is_task_definition(live):
            self.add_error("live", _("Write it as arn:aws:ecs:REGION:ACCOUNT:task-definition/NAME:1."))
        if form == Form.MWAA and live != self.deployment.mwaa_environment:
            self.add_error(
                "live", _("Only the MWAA environment of this deployment can be read. Name it in its settings.")
            )
        if self.deployment.account is None:
            self.add_error("live", _("Choose the account that reads it in the settings of the deployment."))

    def options(self) -> Mapping[str, Any]:
        """As `sources.store` and the door take them."""
        data = self.cleaned_data
        return {name: data[name] for name in ("process", "component", "is_whole")}


class ExportForm(TextsForm):
    """What `airflow connections export` and `airflow variables export` have written."""

    connection = forms.CharField(label=gettext_lazy("Connections"), required=False, strip=False, widget=UnkeptText())
    connection_file = forms.FileField(label=gettext_lazy("or a file"), required=False, allow_empty_file=True)
    variable = forms.CharField(label=gettext_lazy("Variables"), required=False, strip=False, widget=UnkeptText())
    variable_file = forms.FileField(label=gettext_lazy("or a file"), required=False, allow_empty_file=True)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        found = {kind: self.taken(kind, f"{kind}_file") for kind in (Kind.CONNECTION.value, Kind.VARIABLE.value)}
        self.given = {kind: text for kind, text in found.items() if text.strip()}
        if not self.given and not self.errors:
            raise forms.ValidationError(_("Give the connections, the variables, or both."))
        return data
