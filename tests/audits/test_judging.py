"""Results of rules against what was found before. The results are made up; the tables and what is known are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from secretsui.access.door import Job
from secretsui.audits import estate, judging, starting
from secretsui.audits.models import Audit, FindingEvent, Part, StoredFinding
from secretsui.core.rules import audit as rules
from secretsui.core.rules.audit import Result
from secretsui.core.rules.estate import Estate, Subject
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.inventory.deployments import resolving
from secretsui.inventory.models import Deployment, LayerState, Prefix, Refresh, SecretRecord
from tests.conftest import Place
from tests.inventory.deployments.halden import deployment, read, row, secret

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
    audit.parts.update(state=Part.State.DONE, finished_at=timezone.now())
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


def test_what_is_there_again_is_still_open_and_only_its_evidence_moves_on(place: Place) -> None:
    run({CRM: Failed("no-password", "password", "character 3", {"days": 4})})
    first = only()
    audit = run({CRM: Failed("no-password", "password", "character 9", {"days": 5})})
    found = only()
    assert told(found) == ["new"]
    assert (found.where, found.facts) == ("character 9", {"days": 5})
    assert found.first_seen_at == first.first_seen_at < found.last_seen_at
    assert found.changed_in == first.changed_in != audit
    assert (audit.counts["new"], audit.counts["still"], audit.counts["open"]) == ({}, {"critical": 1}, {"critical": 1})


def test_many_findings_are_judged_in_as_many_queries_as_few(
    place: Place, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    said: Said = {}
    for number in range(30):
        secret(place.connections, f"many_{number}", version_id="v1", details={"policy": {}})
        said[CRM.replace("crm", f"many_{number}")] = Failed("no-password", "password")
    run(said)
    with django_assert_max_num_queries(60):
        run(said)


def test_only_what_is_otherwise_is_written(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[list[str]] = []
    write = StoredFinding.objects.bulk_update

    def noted(rows: Any, fields: Any, **more: Any) -> int:
        if "last_seen_at" in fields:
            written.append(list(fields))
        return write(rows, fields, **more)

    monkeypatch.setattr(StoredFinding.objects, "bulk_update", noted)
    run({CRM: Failed("no-password", "password", "character 3")})
    run({CRM: Failed("no-password", "password", "character 9")})
    run({CRM: PASSED})
    assert written[1:] == [["last_seen_at", "where"], ["last_seen_at", "changed_in_id", "fixed_at", "status"]]


def test_what_passes_now_is_fixed_and_what_fails_after_that_is_open_again(place: Place) -> None:
    run({CRM: BAD})
    second = run({CRM: PASSED})
    assert only().status == "fixed"
    assert only().fixed_at == only().events.get(what="fixed").at
    assert (second.counts["fixed"], second.counts["open"]) == ({"critical": 1}, {})
    assert run({CRM: PASSED}).counts["fixed"] == {}
    third = run({CRM: BAD})
    found = only()
    assert (found.status, found.fixed_at, found.changed_in) == ("open", None, third)
    assert found.reopened_at == found.last_seen_at
    assert told(found) == ["new", "fixed", "reopened"]
    assert (third.counts["reopened"], third.counts["new"]) == ({"critical": 1}, {})


def test_another_fault_of_the_same_subject_is_another_finding(place: Place) -> None:
    run({CRM: BAD})
    audit = run({CRM: Failed("bad-port", "port")})
    assert dict(StoredFinding.objects.values_list("code", "status")) == {"no-password": "fixed", "bad-port": "open"}
    assert audit.counts["new"] == audit.counts["fixed"] == {"critical": 1}


def test_two_positions_of_one_fault_are_one_finding_and_the_worse_counts(place: Place) -> None:
    run({CRM: [Failed("x", "extra", "1", severity="low"), Failed("x", "extra", "2", severity="high")]})
    assert (only().where, only().severity) == ("2", "high")


def test_a_severity_that_changes_is_told_and_a_worse_one_ends_the_acceptance(place: Place) -> None:
    def seen(severity: Any) -> StoredFinding:
        run({CRM: Failed("x", severity=severity)})
        return only()

    found = seen("high")
    StoredFinding.objects.update(accepted_until=timezone.localdate(), accepted_reason="later", accepted_by="mara")
    assert seen("low").accepted_until == timezone.localdate()
    assert found.events.get(what="severity").detail == "high low"
    assert seen("critical").accepted_until is None
    assert (only().severity, only().rank) == ("critical", 0)
    assert told(found) == ["new", "severity", "severity", "ended"]


# What could not be looked at is never taken for mended.


def untouched(audit: Audit, reason: str) -> None:
    found = only()
    assert (found.status, found.unchecked) == ("open", reason)
    assert told(found) == ["new"]
    assert audit.counts["fixed"] == {}
    assert audit.counts["open"] == audit.counts["unchecked"] == {"critical": 1}


def test_a_subject_that_could_not_be_checked_is_not_fixed(place: Place) -> None:
    run({CRM: BAD})
    untouched(run({CRM: Unchecked("denied")}), "denied")
    run({CRM: BAD})
    assert only().unchecked == ""


def test_a_subject_that_could_be_checked_only_in_part_is_not_fixed(place: Place) -> None:
    run({CRM: BAD})
    untouched(run({CRM: [PASSED, Unchecked("denied")]}), "denied")


@pytest.mark.parametrize("said", [{}, {CRM: PASSED}, {CRM: Failed("bad-port", "port")}])
def test_nothing_of_a_part_that_failed_is_fixed(place: Place, said: Said) -> None:
    run({CRM: BAD})
    audit = begin(prefixes=[place.connections, place.variables])
    audit.parts.filter(prefix=place.connections).update(
        state=Part.State.FAILED, error="throttled", problem="Slow down."
    )
    if not said:
        SecretRecord.objects.all().delete()
    end(audit, said)
    found = StoredFinding.objects.get(code="no-password")
    assert (found.status, found.unchecked) == ("open", "throttled")
    assert audit.state == Audit.State.PARTIAL
    [gap] = audit.gaps
    assert (gap["subject"], gap["what"]) == ("prefix:data-dev/eu-west-1/airflow/connections", "listing")
    assert gap["sentence"].endswith("could not be listed: the service asked to slow down.")


def test_an_audit_of_which_every_part_failed_has_failed(place: Place) -> None:
    run({CRM: BAD})
    audit = begin()
    audit.parts.update(state=Part.State.FAILED, error="expired", problem="The credentials have expired.")
    end(audit, {CRM: BAD})
    assert (audit.state, audit.problem) == (Audit.State.FAILED, "The credentials have expired.")
    assert (only().status, only().unchecked) == ("open", "expired")
    assert only().last_seen_at == only().first_seen_at


def test_the_problem_of_one_part_is_not_told_as_that_of_the_audit(place: Place) -> None:
    audit = begin(prefixes=[place.connections, place.variables])
    for prefix, problem in ((place.connections, "Below data-dev."), (place.variables, "Below data-prod.")):
        audit.parts.filter(prefix=prefix).update(state=Part.State.FAILED, error="expired", problem=problem)
    assert (end(audit).state, audit.problem) == (Audit.State.FAILED, "")


def test_a_secret_that_is_gone_is_fixed_if_its_prefix_was_listed(place: Place) -> None:
    run({CRM: BAD})
    SecretRecord.objects.all().delete()
    run()
    assert only().status == "fixed"


def test_a_secret_that_is_not_listed_is_not_gone_if_the_listing_broke_off(place: Place) -> None:
    run({CRM: BAD})
    SecretRecord.objects.all().delete()
    Prefix.objects.filter(pk=place.connections.pk).update(problem="It broke off.", complete=False)
    Refresh.objects.create(prefix=place.connections, state=Refresh.State.FAILED, error="broken-off")
    untouched(run(), "broken-off")


def test_values_that_could_not_be_read_do_not_keep_a_secret_that_is_gone(place: Place) -> None:
    run({CRM: BAD})
    SecretRecord.objects.all().delete()
    Prefix.objects.filter(pk=place.connections.pk).update(complete=False)
    run()
    assert only().status == "fixed"


def test_the_silence_of_a_rule_about_values_is_no_answer_where_the_value_was_not_read(place: Place) -> None:
    run({CRM: BAD})
    SecretRecord.objects.update(version_id="v2", read_error="denied")
    untouched(run(), "denied")


def test_the_silence_of_a_rule_about_values_is_an_answer_where_the_value_was_read(place: Place) -> None:
    run({CRM: BAD})
    run()
    assert only().status == "fixed"


def shared(place: Place, told: dict[str, str]) -> None:
    """A credential that two secrets held; then this became of the other one."""
    other = secret(place.variables, "erp", version_id="v1", details={"policy": {}})
    ref = "secret:data-dev/eu-west-1/airflow/variables/erp"
    run({CRM: Failed("repeated", "password", facts={"others": 1}, related=[ref])}, "R-66")
    SecretRecord.objects.filter(pk=other.pk).update(**told)


def test_what_two_secrets_shared_is_not_fixed_while_the_other_one_cannot_be_read(place: Place) -> None:
    shared(place, {"version_id": "v2", "read_error": "denied"})
    audit = run({CRM: PASSED}, "R-66")
    assert (only().status, only().unchecked, told(only())) == ("open", "denied", ["new"])
    assert audit.counts["fixed"] == {}


def test_what_two_secrets_shared_is_fixed_when_the_other_one_was_read(place: Place) -> None:
    shared(place, {"version_id": "v1"})
    run({CRM: PASSED}, "R-66")
    assert only().status == "fixed"


CRM_ID = "id:halden-prod/connection/crm"


@pytest.fixture
def halden(place: Place) -> Deployment:
    found = deployment(place.connections)
    read(found)
    row(found, "crm")
    resolving.resolve_all(found)
    return found


def vanish(found: Deployment) -> None:
    SecretRecord.objects.all().delete()
    found.rows.all().delete()


def test_an_id_belongs_to_its_deployment_and_is_fixed_when_it_is_nowhere_any_more(halden: Deployment) -> None:
    run({CRM_ID: BAD})
    assert (only().deployment, only().prefix, only().name, only().kind) == (halden, None, "crm", "connection")
    vanish(halden)
    run()
    assert only().status == "fixed"


def test_an_id_is_not_gone_while_a_layer_that_was_known_cannot_be_read(halden: Deployment) -> None:
    run({CRM_ID: BAD})
    vanish(halden)
    LayerState.objects.filter(kind="connection").update(error="unreachable", problem="It cannot be reached.")
    untouched(run(), "unreachable")


def test_an_id_is_not_gone_while_a_prefix_below_it_cannot_be_listed(place: Place, halden: Deployment) -> None:
    run({CRM_ID: BAD})
    vanish(halden)
    Prefix.objects.filter(pk=place.variables.pk).update(problem="It broke off.")
    untouched(run(deployments=[halden]), "listing-failed")


def test_a_layer_that_nobody_ever_told_of_keeps_nothing_open(halden: Deployment) -> None:
    run({CRM_ID: BAD})
    vanish(halden)
    LayerState.objects.all().delete()
    Deployment.objects.update(api=Deployment.Api.NONE)
    audit = run()
    assert only().status == "fixed"
    assert (audit.state, audit.gaps) == (Audit.State.DONE, [])


@pytest.mark.parametrize("said", [{}, {CRM_ID: PASSED}])
def test_nothing_of_a_deployment_that_could_not_be_read_is_fixed(halden: Deployment, said: Said) -> None:
    run({CRM_ID: BAD})
    audit = begin()
    audit.parts.filter(deployment=halden).update(state=Part.State.FAILED, error="bad-credentials", problem="Refused.")
    untouched(end(audit, said), "bad-credentials")
    assert audit.state == Audit.State.PARTIAL


# Extent.


def test_what_an_audit_does_not_cover_it_neither_finds_nor_fixes(place: Place, halden: Deployment) -> None:
    run({CRM: BAD, CRM_ID: BAD})
    before = list(StoredFinding.objects.order_by("pk").values())
    audit = run({CRM: PASSED, CRM_ID: Failed("other")}, prefixes=[place.variables])
    assert list(StoredFinding.objects.order_by("pk").values()) == before
    assert audit.extent == {
        "secrets": 0,
        "ids": 0,
        "rules": len(rules.CHECKS),
        "results": {},
        "unchecked": {},
    }
    assert audit.counts["open"] == {}


def test_two_audits_of_different_extent_each_end_what_is_theirs(place: Place, halden: Deployment) -> None:
    run({CRM: BAD, CRM_ID: BAD})
    first, second = begin(prefixes=[place.connections]), begin(deployments=[halden], prefixes=[])
    second.parts.exclude(deployment=halden).delete()
    end(first, {CRM: PASSED, CRM_ID: PASSED})
    assert dict(StoredFinding.objects.values_list("subject", "status")) == {CRM: "fixed", CRM_ID: "open"}
    end(second, {CRM: BAD, CRM_ID: PASSED})
    assert dict(StoredFinding.objects.values_list("subject", "status")) == {CRM: "fixed", CRM_ID: "fixed"}
    assert (first.counts["fixed"], second.counts["fixed"]) == ({"critical": 1}, {"critical": 1})


def test_the_numbers_of_a_deployment_hold_all_that_is_known_of_it(place: Place, halden: Deployment) -> None:
    whole = run({CRM: BAD, CRM_ID: BAD})
    assert set(whole.by_deployment) == {"halden-prod"}
    part = run({CRM: PASSED}, prefixes=[place.connections])
    assert whole.by_deployment["halden-prod"]["open"] == {"critical": 2}
    assert part.by_deployment["halden-prod"]["open"] == {"critical": 1}
    assert part.by_deployment["halden-prod"]["fixed"] == {"critical": 1}
    assert part.counts["open"] == {}


def test_a_prefix_at_which_nobody_looks_counts_for_no_deployment(place: Place) -> None:
    audit = run({CRM: BAD})
    assert audit.by_deployment[""]["open"] == {"critical": 1}


# Once.


def test_an_audit_is_judged_once_however_often_it_is_tried(place: Place) -> None:
    audit = begin()
    known = estate.build(audit)
    assert judging.judge(audit, known, results(known, {CRM: BAD}, "R-29"))
    before = list(StoredFinding.objects.values()), list(FindingEvent.objects.values()), audit.counts
    stale = Audit.objects.get(pk=audit.pk)
    assert not judging.judge(stale, known, results(known, {CRM: PASSED}, "R-29"))
    assert (list(StoredFinding.objects.values()), list(FindingEvent.objects.values()), stale.counts) == before


def test_judging_that_breaks_off_leaves_nothing_behind_and_can_be_done_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = begin()
    known = estate.build(audit)
    with monkeypatch.context() as broken:
        broken.setattr(judging, "_end", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            judging.judge(audit, known, results(known, {CRM: BAD}, "R-29"))
    assert not StoredFinding.objects.exists()
    assert not FindingEvent.objects.exists()
    assert judging.judge(audit, known, results(known, {CRM: BAD}, "R-29"))
    assert (told(only()), audit.counts["new"]) == (["new"], {"critical": 1})


def test_facts_that_are_older_than_the_last_look_change_nothing(place: Place) -> None:
    run({CRM: BAD})
    slow = begin()
    known = estate.build(slow)
    run({CRM: PASSED}, prefixes=[place.connections])
    assert judging.judge(slow, known, results(known, {CRM: BAD}, "R-29"))
    assert (only().status, told(only())) == ("fixed", ["new", "fixed"])


# Owners and acceptances.


def test_the_owner_is_from_a_tag_until_somebody_is_assigned(place: Place, halden: Deployment) -> None:
    SecretRecord.objects.update(tags={"Owner": "mara"})
    resolving.resolve_all(halden)
    run({CRM: BAD, CRM_ID: BAD})
    assert dict(StoredFinding.objects.values_list("subject", "owner")) == {CRM: "mara", CRM_ID: "mara"}
    StoredFinding.objects.filter(subject=CRM_ID).update(owner="jo", assigned_by="root")
    SecretRecord.objects.update(tags={"team": "crm"})
    run({CRM: BAD, CRM_ID: BAD})
    assert dict(StoredFinding.objects.values_list("subject", "owner")) == {CRM: "crm", CRM_ID: "jo"}


def test_an_acceptance_ends_after_its_last_day_and_counts_as_open_again(place: Place) -> None:
    run({CRM: BAD})
    today = timezone.localdate()
    StoredFinding.objects.update(accepted_until=today, accepted_reason="later", accepted_by="mara")
    audit = run({CRM: BAD})
    assert (audit.counts["accepted"], audit.counts["open"]) == ({"critical": 1}, {})
    StoredFinding.objects.update(accepted_until=today - timedelta(days=1))
    audit = run({CRM: BAD})
    assert (audit.counts["accepted"], audit.counts["open"]) == ({}, {"critical": 1})
    assert (only().accepted_until, only().accepted_reason, only().accepted_by) == (None, "", "")
    assert told(only()) == ["new", "ended"]


def test_what_is_fixed_is_not_accepted_when_it_comes_back(place: Place) -> None:
    run({CRM: BAD})
    StoredFinding.objects.update(accepted_until=timezone.localdate(), accepted_reason="later", accepted_by="mara")
    run({CRM: PASSED})
    assert run({CRM: BAD}).counts["reopened"] == {"critical": 1}


def test_the_rule_about_what_could_not_be_read_stays_sure_of_it(place: Place) -> None:
    scope = "prefix:data-dev/eu-west-1/airflow/connections"
    run({scope: Failed("listing")}, "R-81")
    audit = begin()
    audit.parts.filter(prefix=place.connections).update(state=Part.State.FAILED, error="throttled")
    end(audit, {scope: Failed("listing")}, "R-81")
    assert only().unchecked == ""
    assert only().last_seen_at > only().first_seen_at
