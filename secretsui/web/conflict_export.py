"""The matrix as CSV or JSON: who wins, and how every place stands. Values are in none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from secretsui.inventory.deployments import rows
from secretsui.inventory.deployments.columns import Column
from secretsui.inventory.models import Deployment, ResolvedRow
from secretsui.web import csv_export
from secretsui.web.conflict_freshness import Freshness
from secretsui.web.conflict_matrix import View

HEAD = ("deployment", "process", "kind", "id", "conflict", "winner", "certain", "conn_type", "owner")


@dataclass(frozen=True, slots=True)
class Matrix:
    """What the filters leave of one deployment."""

    deployment: Deployment
    view: View
    columns: Sequence[Column]

    @property
    def name(self) -> str:
        return f"secretsui-conflicts-{self.deployment.name}-{self.view.process}"

    def csv(self) -> HttpResponseBase:
        return csv_export.answer(self._lines(), f"{self.name}.csv")

    def json(self) -> HttpResponseBase:
        headers = {"Content-Disposition": f'attachment; filename="{self.name}.json"'}
        return StreamingHttpResponse(self._objects(), content_type="application/json; charset=utf-8", headers=headers)

    @property
    def incomplete(self) -> str:
        """What is missing, "" where everything is known."""
        fresh = Freshness(self.deployment, self.columns)
        if fresh.is_new:
            return _("INCOMPLETE: this deployment has not been checked yet")
        if fresh.is_complete and not fresh.is_outdated:
            return ""
        titles = dict.fromkeys([*fresh.gaps, *(trouble.title for trouble in fresh.troubles)])
        parts = ", ".join(titles) or _("the settings changed since the last check")
        return _("INCOMPLETE: %(parts)s") % {"parts": parts}

    def _found(self) -> Iterator[ResolvedRow]:
        return rows.every(self.deployment, self.view.process, self.view.selecting)

    def _lines(self) -> Iterator[Sequence[object]]:
        if words := self.incomplete:
            yield [words]
        yield [*HEAD, *(f"{column.number} {column.id}" for column in self.columns)]
        for row in self._found():
            yield [*self._facts(row).values(), *(_spelled(cell) for cell in self._cells(row))]

    def _objects(self) -> Iterator[str]:
        """One object; its first line says whether something is missing, then there is a line for each id."""
        yield f'{{"incomplete": {json.dumps(self.incomplete)},\n"rows": ['
        for number, row in enumerate(self._found()):
            ids = [column.id for column in self.columns]
            facts = {**self._facts(row), "layers": dict(zip(ids, map(_told, self._cells(row)), strict=True))}
            yield f"{',' if number else ''}\n{json.dumps(facts, ensure_ascii=False)}"
        yield "\n]}\n"

    def _facts(self, row: ResolvedRow) -> Mapping[str, object]:
        known = (row.process, row.kind, row.key, row.conflict, row.winner, row.is_certain, row.conn_type, row.owner)
        return dict(zip(HEAD, (self.deployment.name, *known), strict=True))

    def _cells(self, row: ResolvedRow) -> Sequence[Mapping[str, Any]]:
        if len(row.cells) != len(self.columns):
            return [{"state": "unknown"}] * len(self.columns)
        found: Sequence[Mapping[str, Any]] = row.cells
        return found


def _told(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: cell[name] for name in ("state", "compared", "fields", "reason", "age") if cell.get(name)}


def _spelled(cell: Mapping[str, Any]) -> str:
    parts = (cell.get("state"), cell.get("compared"), " ".join(cell.get("fields", ())), cell.get("reason"))
    return "; ".join(dict.fromkeys(str(part) for part in parts if part))
