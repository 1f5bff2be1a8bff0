"""Icons, labels, masks, ages and form fields: the same markup everywhere. Loaded in every template."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretsui.access.models import AccessEvent, Level
from secretsui.core.sensitive import MASK
from secretsui.inventory.models import Prefix, SecretRecord
from secretsui.inventory.models.places import STORES_OF
from secretsui.web import problems, store_words, vocabulary
from secretsui.web.context import level
from secretsui.web.freshness import is_old
from secretsui.web.htmx import is_own
from secretsui.web.subject import Links
from secretsui.web.vocabulary import Label

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "i") -> SafeString:
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, static("icons.svg"), name)


@register.simple_tag
def mark(label: Label, words: object = "", pill: bool = False) -> SafeString:
    """Icon and word of a label; `words` say more than its own where there is more to say."""
    classes = " ".join(filter(None, ("st", "pill" if pill else "", label.tone)))
    return format_html('<span class="{}">{}{}</span>', classes, icon(label.icon), words or label.words)


@register.simple_tag
def state(code: str, words: str = "", pill: bool = False) -> SafeString:
    """Icon and word of a state; `words` say more than the fixed word where there is more to say."""
    return mark(vocabulary.STATES.get(code, vocabulary.UNKNOWN), words, pill)


@register.simple_tag
def record_state(record: SecretRecord) -> SafeString:
    """The state of a secret in a list: the worst that applies, with its cause where one is known."""
    status = record.status
    if status == "ok":
        return format_html("{}", vocabulary.STATES["ok"].words)
    if status == "broken":
        return mark(vocabulary.STATES["broken"], vocabulary.problem_label(record.problem), pill=True)
    if status == "unreadable":
        label = vocabulary.READ_ERRORS.get(record.read_error, vocabulary.STATES["unreadable"])
        return mark(label, "", pill=True)
    return mark(vocabulary.STATES.get(status, vocabulary.UNKNOWN), "", pill=True)


@register.filter
def problem_cause(code: str) -> str:
    """The sentence for a code of core.fault."""
    return str(problems.VALUES.get(code, problems.UNKNOWN).cause)


@register.simple_tag
def severity(code: str, words: str = "") -> SafeString:
    return mark(vocabulary.SEVERITIES[code], words, pill=True)


@register.filter
def kind_label(kind: str) -> str:
    return str(vocabulary.KINDS[kind].words) if kind in vocabulary.KINDS else kind


@register.filter
def kind_count(kind: str, number: int) -> str:
    """The kind as it stands behind a number."""
    words = {
        "connection": ngettext("connection", "connections", number),
        "variable": ngettext("variable", "variables", number),
        "config": ngettext("config option", "config options", number),
    }
    return words.get(kind) or ngettext("other secret", "other secrets", number)


@register.filter
def read_error(code: str) -> str:
    """Why a value could not be read, in the middle of a sentence."""
    words = str(vocabulary.READ_ERRORS.get(code, vocabulary.STATES["unreadable"]).words)
    return words[:1].lower() + words[1:]


@register.filter
def right_label(name: str) -> str:
    return str(vocabulary.RIGHTS.get(name, name))


@register.filter
def pretty(statements: Sequence[Mapping[str, Any]]) -> str:
    """JSON to paste into a policy: one statement as it is, several as a list."""
    found: Any = [dict(each) for each in statements]
    return json.dumps(found[0] if len(found) == 1 else found, indent=2, default=list)


@register.filter
def action_icon(action: str) -> str:
    return vocabulary.ACTIONS.get(action, "info-circle")


@register.filter
def type_label(conn_type: str) -> str:
    """The product name of a connection type, as Airflow's form shows it."""
    return str(vocabulary.of_type(conn_type).words)


@register.simple_tag
def type_icon(conn_type: str, kind: str = "connection") -> SafeString:
    if kind == "connection" and conn_type:
        return icon(vocabulary.of_type(conn_type).icon)
    return icon(vocabulary.KINDS[kind].icon if kind in vocabulary.KINDS else "key")


@register.simple_tag
def mask() -> SafeString:
    """A hidden value: always the same dots, read out as one word."""
    return format_html('<span class="mask" aria-hidden="true">{}</span><span class="vh">{}</span>', MASK, _("hidden"))


def _relative(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}
    if minutes < 60 * 48:
        return ngettext("%(n)d h ago", "%(n)d h ago", minutes // 60) % {"n": minutes // 60}
    days = minutes // 1440
    return ngettext("%(n)d d ago", "%(n)d d ago", days) % {"n": days}


def _time(moment: datetime, words: str) -> SafeString:
    exact = f"{moment:%Y-%m-%d %H:%M}"
    return format_html('<time datetime="{}Z" title="{} UTC">{}</time>', exact.replace(" ", "T"), exact, words)


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """Relative up to 60 days, then the date; the exact time in the title."""
    return _("never") if moment is None else _time(moment.astimezone(UTC), ago_words(moment))


def ago_words(moment: datetime) -> str:
    """The same without the exact time."""
    moment = moment.astimezone(UTC)
    seconds = (timezone.now() - moment).total_seconds()
    near = 0 <= seconds < 60 * 86_400
    return _relative(seconds) if near else date_format(moment, "j M Y")


@register.filter
def day(moment: datetime | None) -> SafeString | str:
    """For times of which the service keeps only the day."""
    if moment is None:
        return _("never")
    moment = moment.astimezone(UTC)
    days = (timezone.now().date() - moment.date()).days
    near = {0: _("today"), 1: _("yesterday")}.get(days) or (_relative(days * 86_400) if 0 < days < 60 else "")
    words = near or date_format(moment, "j M Y")
    return format_html('<time datetime="{}">{}</time>', f"{moment:%Y-%m-%d}", words)


@register.filter
def accessed(record: SecretRecord, prefix: Prefix) -> SafeString | str:
    """The day of the last access, of stores that tell it."""
    return day(record.accessed_at) if store_words.words_of(prefix.store_kind).tells_access else "–"


@register.filter
def days_left(moment: datetime | None) -> str:
    """How long until a moment that is to come: whole days, and hours on the last day."""
    if moment is None:
        return ""
    hours = int(max(0.0, (moment - timezone.now()).total_seconds()) // 3600)
    if hours < 24:
        return ngettext("%(n)d h", "%(n)d h", hours) % {"n": hours}
    return ngettext("%(n)d d", "%(n)d d", hours // 24) % {"n": hours // 24}


@register.filter
def count(number: int | None) -> str:
    return str(intcomma(number or 0))


@register.filter
def old(prefix: Prefix) -> bool:
    """Whether the last reading is older than it should be."""
    return is_old(prefix)


@register.filter
def level_label(prefix: Prefix) -> str:
    """The right of the person who looks, on a prefix that came through `visible_prefixes`."""
    return str(Level(level(prefix)).label) if level(prefix) else _("None")


@register.filter
def event_key(event: AccessEvent) -> str:
    """The id that an event is about: the name without the prefix, which stands beside it."""
    return event.name.removeprefix(f"{event.prefix_path}/")


@register.filter
def own_path(path: str | None) -> str:
    """An address from outside as a link that stays with us."""
    return path if path and is_own(path) else reverse("overview")


@register.filter
def path(prefix: Prefix) -> str:
    """The path of a prefix, or words where it has none."""
    return store_words.shown_path(prefix)


@register.filter
def place(prefix: Prefix) -> str:
    """The region, mount, project or vault that a prefix is in."""
    return store_words.words_of(prefix.store_kind).place(prefix)


@register.filter
def store(store_kind: str, what: str) -> str:
    """A word of this kind of store, as `web.store_words` has them."""
    return str(getattr(store_words.words_of(store_kind), what))


@register.filter
def vendor_icon(vendor: str) -> str:
    return store_words.words_of(STORES_OF[vendor][0]).icon


@register.simple_tag
def secret_url(prefix: Prefix, name: str, action: str = "show") -> str:
    return Links(prefix, name)[action]


_CLASSES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    ((CheckboxSelectMultiple, RadioSelect, CheckboxInput), "form-check-input"),
    (Select, "form-select"),
)


def _css(field: BoundField) -> str:
    widget = field.field.widget
    css = next((css for kinds, css in _CLASSES if isinstance(widget, kinds)), "form-control")
    given = str(widget.attrs.get("class", ""))
    return " ".join(filter(None, (css, given, "is-invalid" if field.errors else "")))


@register.filter
def control(field: BoundField) -> SafeString:
    """The widget with the classes that app.css knows; Django adds aria-describedby and aria-invalid itself."""
    return field.as_widget(attrs={"class": _css(field)})


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, mono: bool = False) -> dict[str, Any]:
    """Label, control, help and errors of one field."""
    widget = bound.field.widget
    if isinstance(widget, CheckboxSelectMultiple):
        widget.attrs["class"] = "form-check-input"
    elif mono:
        widget.attrs["class"] = "mono"
    return {"field": bound, "is_check": isinstance(widget, CheckboxInput)}
