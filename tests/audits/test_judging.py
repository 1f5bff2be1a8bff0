"""Results of rules against what was found before. The results are made up; the tables and what is known are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.utils import timezone

from secretsui.access.door import Job
from secretsui.audits import estate, judging, starting
from secretsui.audits.models import Audit, Part, StoredFinding
from secretsui.core.rules import audit as rules
from secretsui.core.rules.audit import Result
from secretsui.core.rules.estate import Estate, Subject
from secretsui.core.rules.outcome import Failed, Outcome, Unchecked
from secretsui.inventory.models import Prefix
from tests.conftest import Place
from tests.inventory.deployments.halden import secret

pytestmark = [pytest.mark.django_db, pytest.mark.database]
JOB = Job("test")
BAD = Failed("no-password", "password")
Said = dict[str, Outcome | Sequence[Outcome]]


@pytest.fixture(autouse=True)
def looked(place: Place) -> None:
    Prefix.objects.update(as_of=timezone.now(), complete=True)
    secret(place.connections, "crm", version_id="v1", details={"policy": {}})


def run(said: Said | None = None, rule: str = "R-29", **extent: Any) -> Audit:
    """An audit in which this rule says this of the subjects with these refs, and everything could be read."""
    return end(begin(**extent), said, rule)


def begin(**extent: Any) -> Audit:
    audit = starting.create(JOB, trigger=Audit.Trigger.COMMAND, **extent)
    audit.parts.update(state=Part.State.DONE)
    Audit.objects.filter(pk=audit.pk).update(state=Audit.State.JUDGING)
    return audit


def end(audit: Audit, said: Said | None = None, rule: str = "R-29") -> Audit:
    known = estate.build(audit)
    assert judging.judge(audit, known, results(known, said or {}, rule))
    return audit


def results(known: Estate, said: Said, rule: str) -> list[Result]:
    found: list[Result] = []
    for subject in subjects(known):
        outcomes = said.get(subject.ref, [])
        several = [outcomes] if isinstance(outcomes, (str, Failed, Unchecked)) else outcomes
        found += [Result(rules.RULES[rule], subject, each) for each in several]
    return found


def subjects(known: Estate) -> list[Subject]:
    ids = [each for found in known.deployments for each in found.ids]
    return [*known.scopes, *known.secrets, *known.deployments, *ids]


CRM = "secret:data-dev/eu-west-1/airflow/connections/crm"


def only() -> StoredFinding:
    [found] = StoredFinding.objects.all()
    return found


def told(found: StoredFinding) -> list[str]:
    return list(found.events.order_by("pk").values_list("what", flat=True))


def test_what_is_found_for_the_first_time_is_new(place: Place) -> None:
    audit = run({CRM: Failed("no-password", "password", "character 3", {"days": 4}, related=["secret:x"])})
    found = only()
    assert (found.rule, found.subject, found.name, found.kind) == ("R-29", CRM, "airflow/connections/crm", "connection")
    assert (found.prefix, found.deployment) == (place.connections, None)
    assert (found.severity, found.rank) == ("critical", 0)
    assert (found.code, found.field, found.where) == ("no-password", "password", "character 3")
    assert (found.facts, found.related) == ({"days": 4}, ["secret:x"])
    assert found.first_audit == found.changed_in == audit
    assert told(found) == ["new"]
    assert audit.state == Audit.State.DONE
    assert audit.counts["new"] == audit.counts["open"] == {"critical": 1}
    assert audit.extent["results"] == {"failed": 1}
    assert not audit.parts.filter(is_open=True).exists()
