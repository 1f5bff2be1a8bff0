"""The connection type that somebody chose: from the list, by searching, or by typing it."""

from __future__ import annotations

from typing import Final

from django.http import QueryDict

from secretsui.core import catalogue

LONGEST: Final = 100  # characters that are searched for
RESHAPE: Final = "deployment"  # the `action` that asks for the form of another Airflow
CHOICES: Final = ("type", "find", RESHAPE)  # values of `action`; a choice from the list sends its own `type`


def is_choice(sent: QueryDict) -> bool:
    return "type" in sent or sent.get("action") in CHOICES


def chosen(sent: QueryDict) -> str:
    """The type whose form is asked for; "" where nobody chose one. What no provider has stays as it was typed."""
    if "type" in sent:
        return sent.get("type", "").strip()
    if sent.get("action") == "find":
        words = sent.get("q", "").strip()[:LONGEST]
        found = catalogue.search(words) if words else []
        return found[0].conn_type if found else words or sent.get("conn_type", "").strip()
    return sent.get("conn_type", "").strip() if sent.get("action") in ("type", RESHAPE) else ""
