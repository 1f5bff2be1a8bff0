"""What a store may keep beside a value: a description and the key that encrypts it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from secretsui.stores.base import Capabilities
from secretsui.web.forms.text import unify
from secretsui.web.store_words import StoreWords


class DescriptionField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Description"),
            max_length=2048,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=gettext_lazy("Kept beside the secret, for people. It is not encrypted."),
        )

    def to_python(self, value: Any) -> Any:
        return unify(super().to_python(value) or "")


class KmsKeyField(forms.RegexField):
    def __init__(self, help_text: Any) -> None:
        super().__init__(
            r"^(alias/[A-Za-z0-9/_-]+|[A-Za-z0-9-]+|arn:[A-Za-z0-9:/_-]+)$",
            label=gettext_lazy("KMS key"),
            max_length=2048,
            required=False,
            help_text=help_text,
            error_messages={"invalid": gettext_lazy("Name a key as alias/…, as a key id or as an ARN.")},
        )


def fit(fields: dict[str, forms.Field], can: Capabilities, words: StoreWords) -> None:
    """Only what the store has, as it calls it."""
    fields["description"].label = str(words.description)
    if not can.descriptions:
        del fields["description"]
    if not can.kms_keys:
        del fields["kms_key_id"]
