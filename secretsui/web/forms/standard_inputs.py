"""Airflow's own fields as a connection type names, explains and hides them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from secretsui.core.catalogue import ConnType, Standard
from secretsui.web.labels import FIELDS

WIDTHS: Final = {
    "host": "col-sm-8",
    "port": "col-sm-4",
    "schema": "col-12",
    "login": "col-sm-6",
    "password": "col-sm-6",
}
_PLAIN: Final = {"spellcheck": "false", "autocomplete": "off", "autocapitalize": "none", "class": "mono"}
_OWN: Final[Mapping[str, Mapping[str, Any]]] = {
    "conn_type": {"list": "conn-types"},
    "port": {"inputmode": "numeric"},
    "password": {"autocomplete": "new-password"},
    "extra": {"rows": 4},
}


def of(conn_type: ConnType | None, field: str) -> Standard:
    return (conn_type and conn_type.standard.get(field)) or Standard()


def describe(fields: Mapping[str, forms.Field], name: str, conn_type: ConnType | None) -> None:
    field, known = fields[name], of(conn_type, name)
    if known.secret and isinstance(field.widget, forms.TextInput):
        field.widget = forms.PasswordInput(render_value=True)
    field.widget.attrs |= {**_PLAIN, **_OWN.get(name, {})}
    field.label = known.label or field.label
    field.help_text = " ".join(_hints(name, conn_type, known))
    if known.placeholder:
        field.widget.attrs["placeholder"] = known.placeholder


def _hints(name: str, conn_type: ConnType | None, known: Standard) -> Iterator[str]:
    if conn_type is None:
        return
    if known.hidden:
        yield _("Airflow's own form has no such field for %(type)s.") % {"type": conn_type.name}
    if known.help:
        yield known.help
    if name == "extra" and conn_type.fields:
        yield _("Keys that have no field of their own, as a JSON object.")
    for group in conn_type.needs:
        if name in group:
            yield _needed(name, group, conn_type)


def _needed(name: str, group: Any, conn_type: ConnType) -> str:
    others = [label(each, conn_type) for each in group if each != name]
    return _("Needed, unless %(others)s is set.") % {"others": _(" or ").join(others)} if others else _("Needed.")


def label(name: str, conn_type: ConnType) -> str:
    """A standard field, or `extra.` and the name of a typed one, as the form calls it."""
    field = conn_type.field(name.removeprefix("extra."))
    if name.startswith("extra."):
        return field.label if field else name.removeprefix("extra.")
    return of(conn_type, name).label or str(FIELDS[name])
