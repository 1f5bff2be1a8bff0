"""Who hears of the audits of a schedule: an address, a group, the owners, or a webhook by reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.audits.models import Recipient, Schedule
from secretsui.inventory.models import Deployment
from secretsui.web.forms.deployment_fields import check_reference

if TYPE_CHECKING:
    OfRecipient = forms.ModelForm[Recipient]
else:
    OfRecipient = forms.ModelForm

Kind = Recipient.Kind
# What each kind needs; whatever else was typed is not kept.
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    Kind.ADDRESS: ("address",),
    Kind.GROUP: ("group",),
    Kind.OWNER: (),
    Kind.WEBHOOK: ("webhook",),
}
MISSING: Final = {
    "address": gettext_lazy("Write the address that the e-mails go to."),
    "group": gettext_lazy("Choose the group whose members get the e-mails."),
    "webhook": gettext_lazy("Name where the address of the webhook is kept."),
    "signing_key": gettext_lazy("Name where the key is kept that signs each message."),
}
REFERENCES: Final = ("webhook", "signing_key")
# Where one of these is another, nobody there has asked for silence.
REACHED_BY: Final = ("kind", "address", "webhook")


class RecipientForm(OfRecipient):
    notices: list[str]

    class Meta:
        model = Recipient
        fields: ClassVar = [
            "kind",
            "address",
            "group",
            "webhook",
            "shape",
            "signing_key",
            "severity",
            "deployments",
            "rhythm",
            "only_changes",
            "nags",
        ]
        widgets: ClassVar = {
            "address": forms.EmailInput(attrs={"autocomplete": "off"}),
            "webhook": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            "signing_key": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            "deployments": forms.CheckboxSelectMultiple,
        }
        labels: ClassVar = {"deployments": gettext_lazy("Only of these deployments")}
        help_texts: ClassVar = {
            "group": gettext_lazy("Each member gets what they may see in the product."),
            "webhook": gettext_lazy(
                "Where its address is kept, never the address itself: env:SECRETSUI_CREDENTIAL_… or file:…"
            ),
            "signing_key": gettext_lazy("Where the key is kept: env:SECRETSUI_CREDENTIAL_… or file:…"),
            "severity": gettext_lazy("Less severe findings are left out."),
            "deployments": gettext_lazy("None ticked: everything that the schedule covers."),
        }

    def __init__(self, *args: Any, schedule: Schedule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notices = []
        self.instance.schedule = schedule
        offered = Deployment.objects.all() if schedule.covers_all else schedule.deployments.all()
        self.fields["deployments"].queryset = offered.order_by("name")  # type: ignore[attr-defined]

    def clean_webhook(self) -> str:
        return self._reference("webhook")

    def clean_signing_key(self) -> str:
        return self._reference("signing_key")

    def _reference(self, name: str) -> str:
        reference: str = self.cleaned_data[name].strip()
        if reference and not reference.startswith(("env:", "file:")):
            raise forms.ValidationError(_("Write env:SECRETSUI_CREDENTIAL_ and a name, or file: and a path."))
        if words := check_reference(reference):
            self.notices.append(words)
        return reference

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        needs = self._needs(data)
        for name in ("address", "group", *REFERENCES):
            if name not in needs:
                data[name] = None if name == "group" else ""
                self.errors.pop(name, None)
            elif not data.get(name) and name not in self.errors:
                self.add_error(name, str(MISSING[name]))
        if any(data.get(name) != self.initial.get(name) for name in REACHED_BY):
            self.instance.unsubscribed_at = self.instance.snoozed_until = None
        self._forget()
        return data

    def _needs(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        needs = NEEDS.get(data.get("kind", ""), ())
        is_signed = data.get("kind") == Kind.WEBHOOK and data.get("shape") == Recipient.Shape.GENERIC
        return (*needs, "signing_key") if is_signed else needs

    def _forget(self) -> None:
        """What may be a webhook's own address, which lets anybody write there, does not come back with the page."""
        if hidden := [name for name in REFERENCES if not self.data.get(name, "").strip().startswith(("env:", "file:"))]:
            sent = QueryDict(mutable=True)
            sent.update(self.data)
            for name in hidden:
                sent[name] = ""
            self.data = sent
