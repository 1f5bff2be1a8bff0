"""A value as one text: a URI, JSON, or whatever a variable holds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from secretsui.core.sensitive import MASK, Sensitive
from secretsui.web.forms.stored import Stored
from secretsui.web.forms.text import as_typed, uncarried
from secretsui.web.labels import RAW_TEXT
from secretsui.web.text_rules import PLAIN, TextRules


def covered(*, veiled: bool) -> dict[str, Any]:
    """Attributes of an input of several lines: app.css veils it while nobody types, secret.js what was shown."""
    return {"class": "mono veil"} if veiled else {"class": "mono", "data-peeked": True}


def refuse_dots(typed: str) -> None:
    """Dots that were copied from a page are not a value."""
    if typed.strip() and not typed.strip().strip(MASK[0]):
        raise forms.ValidationError(_("These are the dots that stand for a hidden value. Type the value itself."))


class RawText(forms.Form):
    text = forms.CharField(strip=False, widget=forms.Textarea)
    rules: TextRules = PLAIN

    def __init__(self, data: QueryDict | None, *, base: Stored | None, kind: str, shown: bool = False) -> None:
        self.base, self.kind = base, kind
        self.position = uncarried(base.text.reveal()) if base else None  # of what no form can carry
        stored = base.text.reveal() if base and self.position is None else ""
        typed = data.get("text", "") if data else ""
        super().__init__(None if shown else data, initial={"text": typed or stored} if shown else None)
        self._describe(veiled=not shown)

    def _describe(self, *, veiled: bool) -> None:
        field = self.fields["text"]
        field.label = str(RAW_TEXT[self.kind])
        field.required = self.base is None
        field.widget.attrs = {"rows": 12, "spellcheck": "false", "autocomplete": "off", **covered(veiled=veiled)}
        if self.base:
            version = {"version": self.base.words}
            field.widget.attrs["placeholder"] = gettext("Hidden, kept as in %(version)s") % version
            field.help_text = gettext("Leave empty to keep %(version)s.") % version

    def clean_text(self) -> str:
        typed: str = self.cleaned_data["text"]
        refuse_dots(typed)
        return typed

    def typed_text(self) -> Sensitive:
        """The typed text with the line breaks of the stored one, or the stored one where nothing was typed."""
        typed = self.cleaned_data["text"]
        if self.base is None:
            return Sensitive(as_typed(typed, ""))
        return Sensitive(as_typed(typed, self.base.text.reveal())) if typed else self.base.text
