"""Every format says the same, begins with what is missing, and is safe where it is opened."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from secretsui.audits.exports import FORMATS, Report
from secretsui.audits.models import Audit, FindingEvent, Part, StoredFinding
from secretsui.audits.selection import STATES, Filters
from secretsui.core.rules import audit as rules
from tests.audits.findings import ended, stored
from tests.conftest import Place, person
from tests.inventory.deployments.halden import deployment

pytestmark = [pytest.mark.django_db]
HOSTILE = "airflow/connections/<b>&\"'=1+1\x07\U0001f511"
EVERY = Filters(state=STATES)


@pytest.fixture
def found(place: Place) -> Audit:
    """New, accepted, fixed; one under a name that wants to be markup; and something that could not be looked at."""
    gap = {"subject": "prefix:data-dev/eu-west-1/airflow/connections", "sentence": "Two secrets could not be read."}
    audit = ended(state=Audit.State.PARTIAL, gaps=[gap], started_at=timezone.now())
    Part.objects.create(audit=audit, prefix=place.connections)
    own = {"prefix": place.connections, "first_audit": audit, "changed_in": audit}
    findings = [
        stored(name=HOSTILE, where="character 9", field="password", **own),
        stored("low", name="accepted", rule="R-44", code="capitals", **own, **_accepted()),
        stored("high", name="fixed", rule="R-31", status="fixed", fixed_at=timezone.now(), **own),
    ]
    for finding, what in zip(findings, ("new", "new", "fixed"), strict=True):
        FindingEvent.objects.create(finding=finding, audit=audit, what=what, at=timezone.now())
    return audit


def _accepted() -> dict[str, Any]:
    until = timezone.localdate() + timedelta(days=9)
    return {"accepted_until": until, "accepted_reason": "=later", "accepted_by": "mara"}


def write(name: str, report: Report) -> str:
    return "".join(FORMATS[name].write(report))


def whole(name: str, audit: Audit) -> str:
    return write(name, Report.whole(audit))


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_missing_is_told_and_nothing_is_where_everything_was_read(name: str, found: Audit) -> None:
    assert "Two secrets could not be read." in whole(name, found)
    found.state, found.gaps = Audit.State.DONE, []
    assert "INCOMPLETE" not in whole(name, found)


@pytest.mark.parametrize("name", ["html", "csv", "json", "sarif", "junit"])
def test_an_audit_that_failed_is_never_told_as_complete(name: str, found: Audit) -> None:
    found.state, found.gaps, found.problem = Audit.State.FAILED, [], "The credentials have expired."
    assert "The credentials have expired." in whole(name, found)


@pytest.mark.parametrize("name", FORMATS)
def test_a_person_gets_what_they_may_see_and_nothing_else(name: str, found: Audit, place: Place, bob: User) -> None:
    hidden = deployment(place.variables, "unseen-prod")
    stored(deployment=hidden, name="unseen-id", first_audit=found)
    Part.objects.create(audit=found, deployment=hidden)
    told = write(name, Report.of(bob, EVERY, found))
    assert "R-29" in told
    assert "unseen" not in told
    assert "Two secrets" not in write(name, Report.of(person("nobody"), EVERY, found))


def test_csv_holds_each_finding_in_columns_and_no_formula(found: Audit) -> None:
    first, head, *lines = csv.reader(io.StringIO(whole("csv", found)))
    assert first == ["INCOMPLETE: Two secrets could not be read."]
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [(row["severity"], row["state"], row["rule"]) for row in rows] == [
        ("critical", "new", "R-29"),
        ("high", "fixed", "R-31"),
        ("low", "accepted", "R-44"),
    ]
    assert rows[0]["name"] == HOSTILE
    assert (rows[0]["place"], rows[0]["position"]) == ("data-dev/eu-west-1/airflow/connections", "character 9")
    assert rows[2]["accepted_reason"] == "'=later"
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_json_says_on_its_first_line_what_is_missing_and_then_a_line_for_each(found: Audit) -> None:
    text = whole("json", found)
    assert text.splitlines()[0].startswith('{"incomplete": "INCOMPLETE')
    told = json.loads(text)
    assert (told["about"]["audit"], told["about"]["state"]) == (found.pk, "partial")
    assert [each["name"] for each in told["findings"]] == [HOSTILE, "fixed", "accepted"]
    assert told["findings"][0]["fingerprint"] == StoredFinding.objects.get(name=HOSTILE).fingerprint


def test_json_of_nothing_is_an_empty_list(place: Place) -> None:
    told = json.loads(whole("json", ended()))
    assert (told["incomplete"], told["findings"]) == ("", [])


def test_junit_has_a_suite_for_every_rule_and_a_case_for_every_finding(found: Audit) -> None:
    root = ET.fromstring(whole("junit", found))
    suites = {suite.get("name", ""): suite for suite in root}
    assert len(suites) == len(rules.RULES) + 1
    missing, *_ = suites.values()
    assert [each.get("message") for each in missing.iter("error")] == ["Two secrets could not be read."]
    [failure] = root.iter("failure")
    assert (failure.get("type"), failure.text) == ("critical", rules.RULES["R-29"].remedy)
    [skipped] = root.iter("skipped")
    assert str(skipped.get("message")).endswith("mara: =later")
    of_29 = next(suite for name, suite in suites.items() if name.startswith("R-29 "))
    assert [of_29.get(each) for each in ("tests", "failures", "skipped", "errors")] == ["1", "1", "0", "0"]
    assert "\ufffd" in str(of_29[0].get("name")) or "<b>" not in str(of_29[0].get("name"))


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        assert not [name for name, _ in attrs if name.startswith("on")]


def test_html_stands_by_itself_and_takes_no_name_for_markup(found: Audit) -> None:
    text = whole("html", found)
    reader = Reader()
    reader.feed(text)
    assert not {"script", "link", "img", "iframe", "object", "b"} & set(reader.tags)
    assert reader.addresses == []
    assert text.index("INCOMPLETE") < text.index("<h1")
    assert "&lt;b&gt;" in text


def test_html_of_nothing_says_so(bob: User) -> None:
    assert "No finding passes the filters." in write("html", Report.of(bob, Filters()))


def test_what_is_known_now_needs_no_audit(place: Place, found: Audit, bob: User) -> None:
    report = Report.of(bob, Filters())
    assert (report.name, report.incomplete) == ("secretsui-findings", "")
    assert [line.finding.name for line in report.lines()] == [HOSTILE]


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, "new"),
        ({"last_seen_at": timezone.now() + timedelta(days=1)}, "still"),
        ({"status": "fixed"}, "fixed"),
    ],
)
def test_the_state_of_a_finding_is_one_word(place: Place, given: dict[str, Any], state: str, alice: User) -> None:
    stored(name="x", prefix=place.connections, **given)
    [line] = Report.of(alice, EVERY).lines()
    assert line.state == state
