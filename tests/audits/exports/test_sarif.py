"""SARIF 2.1.0: what its schema demands, and what code hosts read of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsui.audits.exports import FORMATS, Report
from secretsui.audits.models import Audit
from secretsui.core.findings import SEVERITIES
from secretsui.core.rules import audit as rules
from tests.audits.findings import ended, stored
from tests.conftest import Place

pytestmark = [pytest.mark.django_db]
# Of the schema: the words that it allows.
LEVELS = {"none", "note", "warning", "error"}
BASELINES = {"new", "unchanged", "updated", "absent"}
KINDS = {"notApplicable", "pass", "fail", "review", "open", "informational"}
URI_REFERENCE = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def written(audit: Audit) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join(FORMATS["sarif"].write(Report.whole(audit))))
    return found


@pytest.fixture
def run(place: Place) -> dict[str, Any]:
    audit = ended(started_at=timezone.now())
    audit.parts.create(prefix=place.connections)
    own = {"prefix": place.connections, "first_audit": audit, "changed_in": audit}
    for severity in SEVERITIES:
        finding = stored(severity, name=f"naïve {severity}", **own)
        finding.events.create(audit=audit, what="new", at=timezone.now())
    until = timezone.localdate() + timedelta(days=3)
    stored(name="lived with", prefix=place.connections, accepted_until=until, accepted_reason="why", accepted_by="mara")
    stored(name="of a rule that is gone", rule="R-99", prefix=place.connections)
    return dict(written(audit)["runs"][0])


def test_the_log_names_its_schema_and_version(place: Place) -> None:
    log = written(ended())
    assert (log["version"], set(log)) == ("2.1.0", {"$schema", "version", "runs"})
    assert log["runs"][0]["results"] == []


def test_every_rule_is_described(run: dict[str, Any]) -> None:
    driver = run["tool"]["driver"]
    assert driver["name"] == "secretsui"
    told = {rule["id"]: rule for rule in driver["rules"]}
    assert set(told) == {*rules.RULES, "R-99"}
    for name in rules.RULES:
        rule = told[name]
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert rule["helpUri"].endswith(f"/rules/{name}/")


def test_every_result_points_to_its_rule_and_place(run: dict[str, Any]) -> None:
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(run["results"]) == 7
    for result in run["results"]:
        assert names[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        assert (result["level"] in LEVELS, result["baselineState"] in BASELINES) == (True, True)
        assert result["kind"] == "fail"
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        [location] = result["locations"]
        assert URI_REFERENCE.fullmatch(location["physicalLocation"]["artifactLocation"]["uri"])
        [place] = location["logicalLocations"]
        assert place["fullyQualifiedName"].startswith("secret:")


def test_severities_become_levels(run: dict[str, Any]) -> None:
    new = [result for result in run["results"] if result["properties"]["state"] == "new"]
    assert [(result["properties"]["severity"], result["level"]) for result in new] == [
        ("critical", "error"),
        ("high", "error"),
        ("medium", "warning"),
        ("low", "note"),
        ("info", "note"),
    ]


def test_what_is_accepted_is_suppressed_with_its_reason(run: dict[str, Any]) -> None:
    [accepted] = [result for result in run["results"] if result["properties"]["state"] == "accepted"]
    [suppression] = accepted["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"].startswith("why (mara, ")
    assert all("suppressions" not in each for each in run["results"] if each is not accepted)


def test_the_run_says_when_it_was_and_how_it_went(run: dict[str, Any], place: Place) -> None:
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert MOMENT.fullmatch(invocation["startTimeUtc"])
    assert MOMENT.fullmatch(invocation["endTimeUtc"])
    assert invocation["toolExecutionNotifications"] == []
    failed = written(ended(state=Audit.State.FAILED, problem="Expired."))["runs"][0]["invocations"][0]
    assert failed["executionSuccessful"] is False
    [note] = failed["toolExecutionNotifications"]
    assert (note["level"], note["message"]["text"]) == ("error", "INCOMPLETE: Expired.")
