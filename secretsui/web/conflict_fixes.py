"""What can be done about a conflict, place by place: as links where this person may, in words where not."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from secretsui.access.models import Level
from secretsui.inventory.deployments.columns import Column
from secretsui.inventory.models import Deployment, Prefix, SecretRecord
from secretsui.inventory.models.layers import Layer
from secretsui.web import lookup_words
from secretsui.web.conflict_subject import may_fix
from secretsui.web.context import level
from secretsui.web.subject import Links

if TYPE_CHECKING:
    from secretsui.web.conflict_explain import Explanation

STORES: Final = ("backend", "worker-backend")
ENVIRONMENTS: Final = (Layer.ENVIRONMENT, Layer.WORKER_ENVIRONMENT)
HOLDING: Final = ("wins", "wins-if", "shadowed")
# The ways to an Airflow in which a row can be deleted.
WRITABLE_APIS: Final = (Deployment.Api.V2, Deployment.Api.V1, Deployment.Api.MWAA)


class Fix(NamedTuple):
    """`href` is "" for what has to be done elsewhere, or by somebody else: `words` say how."""

    title: str
    href: str = ""
    icon: str = ""
    words: str = ""


def address(explanation: Explanation, action: str) -> str:
    explained = explanation.explained
    path = reverse(f"conflict-{action}", args=[explanation.deployment.name, explained.kind, explained.key])
    return f"{path}?process={explained.process}"


def fixes(explanation: Explanation) -> Iterator[Fix]:
    for column in explanation.explained.columns:
        if column.layer in STORES:
            yield from _of_store(explanation, column)
        elif column.layer in ENVIRONMENTS:
            yield from _of_environment(explanation, column)
        elif column.layer == Layer.METASTORE:
            yield from _of_metastore(explanation, column)
        elif explanation.cell(column).get("state") == "shadowed":
            yield Fix(_("Delete the object in Astro's Environment Manager"), words=_("It is shadowed."))
    if not explanation.explained.winner:
        yield from _new(explanation)


def _new(explanation: Explanation) -> Iterator[Fix]:
    """Where nothing is found, and nothing lies in the backend either."""
    found = target(explanation)
    if found and not any(cell.get("held") for cell in explanation.explained.cells.values()):
        prefix, name = found
        words = _("It has to be called %(name)s.") % {"name": name}
        yield Fix(_("Create the secret"), f"{reverse('secret-new')}?prefix={prefix.pk}", "plus", words)


def _of_store(explanation: Explanation, column: Column) -> Iterator[Fix]:
    cell = explanation.cell(column)
    state, record = cell.get("state", ""), explanation.record(column)
    if state == "never":
        yield _unasked(explanation, cell.get("reason", ""))
    if record is not None:
        yield _of_record(record, state, f"{column.number}. {column.title}")
    elif explanation.is_out_of_sight(column):
        place = f"{column.title}, {column.account}"
        yield Fix(_("Ask for a grant"), words=_("The entry of %(place)s is not yours to see.") % {"place": place})


def _unasked(explanation: Explanation, reason: str) -> Fix:
    if reason in ("pattern", "bad-pattern"):
        return Fix(_("Correct the pattern…"), address(explanation, "pattern"), "pencil")
    words = lookup_words.of_reason(reason)
    return Fix(str(words.remedy), words=str(words.cause))


def _of_record(record: SecretRecord, state: str, place: str) -> Fix:
    prefix = record.prefix
    links = Links(prefix, record.name)
    if state == "deleted":
        return Fix(_("Open the secret to restore it"), links["show"], "restore", place)
    if state in ("broken", "empty") and level(prefix) >= Level.WRITE:
        return Fix(_("Mend the secret"), links["edit"], "edit", place)
    return Fix(_("Open the secret"), links["show"], "key", place)


def _of_environment(explanation: Explanation, column: Column) -> Iterator[Fix]:
    state = explanation.cell(column).get("state", "")
    if state not in HOLDING:
        return
    if target(explanation):
        yield Fix(_("Copy the environment line into the backend…"), address(explanation, "adopt"), "copy")
    if len(explanation.held) > 1:
        yield Fix(_("Remove from the environment…"), address(explanation, "environment"), "minus")


def target(explanation: Explanation) -> tuple[Prefix, str] | None:
    """Where the first backend of the chain looks this id up, if this person may write there."""
    for column in explanation.explained.columns:
        for asked in explanation.explained.asked.get(column.id, ()) if column.layer in STORES else ():
            prefix = explanation.prefixes.get(asked.prefix or 0)
            if prefix and level(prefix) >= Level.WRITE:
                return prefix, asked.name
    return None


def _of_metastore(explanation: Explanation, column: Column) -> Iterator[Fix]:
    if explanation.cell(column).get("state") != "shadowed":
        return
    kind, key = explanation.explained.kind, explanation.explained.key
    if explanation.deployment.api not in WRITABLE_APIS:
        words = _("In Airflow itself: %(command)s") % {"command": f"airflow {kind}s delete {shlex.quote(key)}"}
        yield Fix(_("Delete the metadata row"), words=words)
    elif may_fix(explanation.deployment):
        yield Fix(_("Delete the metadata row…"), address(explanation, "delete-row"), "trash")
    else:
        yield Fix(_("Delete the metadata row"), words=_("This needs the grant Fix on this deployment."))
