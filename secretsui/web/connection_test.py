"""A typed connection, tried out by the Airflow of a deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from secretsui.access.deployment_door import open_deployment
from secretsui.airflow.errors import ApiError
from secretsui.core.connection import Connection
from secretsui.core.construct import LONGEST_CONN_ID
from secretsui.core.sensitive import MASK, Sensitive
from secretsui.inventory.models import Deployment
from secretsui.stores.base import StoreError
from secretsui.web.connection_form import Form, to_text
from secretsui.web.deployment_forms import Choice
from secretsui.web.guards import person

LONGEST: Final = 4000
SHORTEST_SECRET: Final = 4  # of fewer characters no password is covered in a message: it would be full of holes


@dataclass(frozen=True, slots=True)
class Tested:
    """What Airflow said, for the one answer in which it is shown. `ok` is None where it could not be asked."""

    ok: bool | None
    words: str
    remedy: str = ""
    is_refused: bool = False  # it was not tried, as something has to be corrected here first


def tested(request: HttpRequest, choice: Choice, form: Form, conn_id: str) -> Tested:
    """Raises `policy.NotVisible` and `policy.Refused` as the door does."""
    deployment = choice.chosen
    if deployment is None:
        return _refused(choice.untestable)
    if not form.is_valid():
        return _refused(_("Correct the fields that are marked, then test again."))
    meant = to_text(form).meant
    if meant is None or not meant.conn_type:
        return _refused(_("This cannot be read as a connection. Correct it, then test again."))
    return _asked(request, deployment, meant, conn_id)


def _asked(request: HttpRequest, deployment: Deployment, conn: Connection, conn_id: str) -> Tested:
    try:
        outcome = open_deployment(person(request), deployment).test_connection(conn_id[:LONGEST_CONN_ID], conn)
    except (ApiError, StoreError) as error:
        return Tested(None, error.sentence, error.remedy)
    return Tested(outcome.ok, _covered(outcome.message, conn))


def _refused(words: str) -> Tested:
    return Tested(None, words, is_refused=True)


def _covered(message: str, conn: Connection) -> str:
    """Some drivers quote the password that they were given."""
    password = conn.password.reveal() if isinstance(conn.password, Sensitive) else ""
    shown = message.replace(password, MASK) if len(password) >= SHORTEST_SECRET else message
    return shown[:LONGEST]
