"""Sentences and addresses around one conflict: what wins next, and what a row was like when it was shown."""

from __future__ import annotations

import hashlib
import json

from django.urls import reverse
from django.utils.translation import gettext as _

from secretsui.core import environment
from secretsui.inventory.deployments import resolving
from secretsui.inventory.deployments.explained import Explained
from secretsui.inventory.deployments.settings import processes
from secretsui.inventory.models import Deployment, LayerEntry
from secretsui.inventory.models.layers import Layer
from secretsui.web import lookup_words


def page_of(deployment: Deployment, explained: Explained) -> str:
    path = reverse("conflict", args=[deployment.name, explained.kind, explained.key])
    return f"{path}?process={explained.process}"


def after(deployment: Deployment, explained: Explained) -> str:
    """Who wins once the row of the metadata database is gone; for each process where they differ."""
    kind, key = explained.kind, explained.key
    others = [process for process in processes(deployment) if process != explained.process]
    found = [explained, *(resolving.resolve_one(deployment, process, kind, key) for process in others)]
    told = {each.process: _after(each) for each in found}
    if len(set(told.values())) == 1:
        return told[explained.process]
    return " ".join(f"{lookup_words.PROCESSES[process]}: {words}" for process, words in told.items())


def _after(explained: Explained) -> str:
    wins_now = explained.winner == Layer.METASTORE
    left = explained.next_winner if wins_now else explained.winner
    if not left:
        return _("Nothing has this id then, and Airflow does not find it any more.")
    column = next(each for each in explained.columns if each.id == left)
    place = f"{column.number}. {column.title}"
    if wins_now:
        return _("%(place)s wins then.") % {"place": place}
    return _("%(place)s still wins, so nothing changes for Airflow.") % {"place": place}


def marks_of(row: LayerEntry) -> str:
    """Tells whether a row is still as it was shown, as far as Airflow tells what it holds."""
    known = json.dumps([row.conn_type, row.endpoint, row.fingerprints], sort_keys=True)
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def setting_of(explained: Explained) -> str:
    """The name that the environment would have."""
    name_of = environment.variable_of if explained.kind == "connection" else environment.variable_of_key
    return name_of(explained.key)
