"""Words for the parts of a secret."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from secretsui.inventory.models import SecretRecord
from secretsui.stores.base import Version
from secretsui.web import labels, problems
from secretsui.web.forms.text import printable
from secretsui.web.subject import Subject
from secretsui.web.templatetags.ui import mark
from secretsui.web.version_changes import STATES, Change, possible

register = template.Library()


@register.filter
def id_label(kind: str) -> str:
    return str(labels.IDS[kind])


@register.filter
def place_label(place: str) -> str:
    """A compared place as a heading: a field, a key of the extra, or a key of another JSON object."""
    place = printable(place)
    field, dot, key = place.partition(".")
    if place == "text":
        return _("The whole text")
    if field not in labels.FIELDS:
        return place
    return f"{labels.FIELDS[field]}, {key}" if dot else str(labels.FIELDS[field])


@register.filter
def is_mild(code: str) -> bool:
    """Airflow reads the value, though perhaps not as it was meant."""
    return code in problems.MILD


@register.filter
def no_airflow_reads(record: SecretRecord) -> bool:
    """The detail of a problem names the Airflows that fail, unless all of them do."""
    return record.problem in problems.UNREADABLE and "only for" not in record.problem_detail


@register.filter
def changes(subject: Subject, version: Version) -> Sequence[Change]:
    """What this person may do to a version, as its store allows it."""
    return possible(subject.can, version) if subject.can_write and not subject.record.deleted_at else ()


@register.simple_tag
def version_state(version: Version) -> SafeString | str:
    """Nothing of a version that can be read."""
    label = STATES.get(version.state)
    return mark(label) if label else ""


@register.filter
def problem_remedy(code: str) -> str:
    return str(problems.VALUES.get(code, problems.UNKNOWN).remedy)
