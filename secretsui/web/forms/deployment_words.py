"""What the resolver finds wrong with a configured backend, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.core.backends.registry import CLASSES, ENVIRONMENT_CLASS, METASTORE_CLASS, source_of
from secretsui.core.backends.source import Backend, CannotTell, Context, Kind, Raises, Source
from secretsui.core.chain import Settings, chain

KNOWN: Final = tuple(path for path in CLASSES if path not in (ENVIRONMENT_CLASS, METASTORE_CLASS))

# Its process does not start.
_CONSTRUCTED: Final[Mapping[str, Any]] = {
    "unknown-kwarg": gettext_lazy("This backend does not take %(where)s, so Airflow does not start. Take it out."),
    "wrong-type": gettext_lazy("%(where)s has the wrong type, so Airflow does not start. Write it as text."),
    "missing-kwarg": gettext_lazy("%(where)s is missing, so Airflow does not start. Add it."),
    "bad-value": gettext_lazy("%(where)s has a value that this backend does not know, so Airflow does not start."),
    "illegal-name": gettext_lazy(
        "%(where)s has signs that no name there may have, so Airflow does not start. Use letters, digits, - and _."
    ),
}
# It starts, and its lookups fail.
_LOOKED_UP: Final[Mapping[str, Any]] = {
    "shared-too-new": gettext_lazy(
        "With amazon 9.26 and later each lookup of this backend fails, and the next layer has its turn. Stay at 9.25, "
        "or share by resource policy and full names."
    ),
    "bad-pattern": gettext_lazy("A lookup pattern cannot be read, so each lookup fails. Correct it."),
    "no-team-argument": gettext_lazy(
        "Airflow 3.2 names the team to every backend and this release of the provider takes none, so each "
        "lookup fails. Take a newer release of the provider."
    ),
    "missing-kwarg": gettext_lazy("%(where)s is missing, so each lookup fails. Add it."),
    "wrong-type": gettext_lazy("%(where)s has the wrong type, so each lookup fails. Write it as text."),
    "illegal-name": gettext_lazy(
        "Prefix and separator spell names that the store does not allow, so each lookup fails. Correct them."
    ),
}


@dataclass(frozen=True, slots=True)
class Findings:
    """`wrong` keeps Airflow from starting; with `notices` it starts."""

    wrong: Sequence[str] = ()
    notices: Sequence[str] = ()


def look_at(settings: Settings) -> Mapping[str, Findings]:
    """What is wrong with the backends of a deployment, by layer: `backend` and `worker-backend`."""
    layers = [*chain(settings, "server").layers, *chain(settings, "task").own]
    backends = {"backend": settings.backend, "worker-backend": settings.worker_backend}
    return {
        layer.id: _of(layer.source, backend, settings.airflow, layer.team)
        for layer in layers
        if (backend := backends.get(layer.id)) is not None
    }


def _of(source: Source | Raises | CannotTell, backend: Backend, airflow: str, team: str) -> Findings:
    if isinstance(source, CannotTell) and source.reason == "risky-pattern":
        words = _("A lookup pattern may take too long to match, so what %(name)s is asked for is not told here.")
        return Findings(notices=[words % {"name": backend.class_name}])
    if isinstance(source, CannotTell):
        return Findings(notices=[_("%(name)s is code that is not known here.") % {"name": backend.class_name}])
    if isinstance(source, Raises):
        return Findings(wrong=[_said(_CONSTRUCTED, source, _refused(backend, airflow))])
    return Findings(notices=list(dict.fromkeys(_of_lookups(source, team))))


def _of_lookups(source: Source, team: str) -> Iterator[str]:
    kinds: Sequence[Kind] = ("connection", "variable")
    for kind in kinds:
        found = source.plan(kind, "id", team)
        if isinstance(found, Raises):
            yield _said(_LOOKED_UP, found)


def _said(words: Mapping[str, Any], found: Raises, where: str = "") -> str:
    sentence = words.get(found.reason) or gettext_lazy("Airflow stops with %(class)s when it uses these kwargs.")
    return str(sentence) % {"where": found.where or where or _("A kwarg"), "class": found.airflow_class}


def _refused(backend: Backend, airflow: str) -> str:
    """The names that it does not take, each found out by itself."""
    alone = {name: source_of(Backend(backend.class_path, {name: None}), Context(airflow)) for name in backend.kwargs}
    names = [name for name, found in alone.items() if isinstance(found, Raises) and found.reason == "unknown-kwarg"]
    return ", ".join(names)
