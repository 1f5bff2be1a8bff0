"""A line of an environment that somebody pastes: the value in it, if it is the one of this id."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from secretsui.airflow import env_file
from secretsui.core import environment, pasted
from secretsui.core.backends.source import Kind
from secretsui.core.pasted import SENTENCES
from secretsui.core.sensitive import Sensitive
from secretsui.web.problems import words_of_value

NOTHING = Sensitive("")


@dataclass(frozen=True, slots=True)
class Line:
    """`problem` says what is wrong with it, "" where it can be used."""

    value: Sensitive = NOTHING
    problem: str | Promise = ""


def read_line(text: str, kind: Kind, key: str) -> Line:
    if not text.strip():
        return Line(problem=_("Paste the line that sets the variable, or its value."))
    return _connection(text, key) if kind == "connection" else _variable(text, key)


def _connection(text: str, key: str) -> Line:
    found = pasted.read(text)
    if found.conn_id and found.conn_id.upper() != key.upper():
        return Line(problem=_other(environment.variable_of(key)))
    if found.connection is None:
        code = found.problem
        return Line(problem=_(SENTENCES[code]) if code in SENTENCES else words_of_value(code).cause)
    is_value = found.form in ("uri", "json", "rotation")
    return Line(Sensitive(text.strip()) if is_value else found.text)


def _variable(text: str, key: str) -> Line:
    """A variable can be any text, so only a line that names it is taken."""
    name = environment.variable_of_key(key)
    report = env_file.read(text)
    found = {entry.name: entry.value for entry in report.entries}
    value = found.get(name)
    if isinstance(value, Sensitive):
        return Line(value)
    if found:
        return Line(problem=_other(name))
    return Line(problem=_("This line sets no variable of Airflow. Paste it as %(name)s=value.") % {"name": name})


def _other(name: str) -> str:
    return _("This line sets another name. Paste the line of %(name)s.") % {"name": name}
