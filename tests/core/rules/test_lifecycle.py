"""How secrets age: each face of each rule, the days on which it begins to hold, and what nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.findings import Severity
from secretsui.core.rules.lifecycle import CHECKS, RULES
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from secretsui.core.rules.promotion import stage, stage_of
from tests.core.rules.estates import estate

NAME = "airflow/connections/db"
VARIABLE = "airflow/variables/limit"
UNREADABLE = {"size": 9, "is_readable": False}
METADATA = ("R-60", "R-61", "R-63", "R-68", "R-75", "R-76", "R-77", "R-78", "R-79")


def judged(rule: str, spec: dict[str, Any]) -> list[Outcome]:
    return [outcome for _, outcome in CHECKS[rule](estate(spec))]


def of(rule: str, options: dict[str, Any] | None = None, **fields: Any) -> list[Outcome]:
    return judged(rule, {"secrets": [{"name": NAME, **fields}], "options": options or {}})


def codes(found: list[Outcome]) -> list[str]:
    return [each.code for each in found if isinstance(each, Failed)]


def test_every_rule_has_words() -> None:
    assert list(CHECKS) == list(RULES) == list(METADATA)


@pytest.mark.parametrize("rule", METADATA)
def test_what_waits_for_its_deletion_is_left_alone(rule: str) -> None:
    assert of(rule, deleted_at="-1d", traits=None, details={"writes": None}, accessed_at="-900d", tags={}) == []


UNLISTED = {"path": "airflow/connections", "complete": False, "problem": "denied"}


@pytest.mark.parametrize("rule", ["R-60", "R-61", "R-63", "R-75", "R-76", "R-78", "R-79"])
def test_nothing_passes_below_a_prefix_that_was_not_listed(rule: str) -> None:
    secrets = [{"name": NAME, "traits": {"fields": ["password"]}}]
    assert judged(rule, {"secrets": secrets}) == [PASSED]
    assert judged(rule, {"scopes": [UNLISTED], "secrets": secrets}) == [Unchecked("denied")]
    never = {**UNLISTED, "problem": "", "as_of": None}
    assert judged(rule, {"scopes": [never], "secrets": secrets}) == [Unchecked("never-listed")]


def test_a_fault_counts_also_where_the_last_listing_failed() -> None:
    old = {"name": NAME, "accessed_at": "-91d"}
    assert codes(judged("R-60", {"scopes": [UNLISTED], "secrets": [old]})) == ["unused"]


class TestUnused:
    def test_the_limit_is_the_day_after(self) -> None:
        assert of("R-60", accessed_at="-90d") == [PASSED]
        assert of("R-60", accessed_at="-91d") == [Failed("unused", facts={"since": "2026-08-22"})]
        assert codes(of("R-60", {"unused_days": 30}, accessed_at="-31d")) == ["unused"]

    def test_what_was_never_used_counts_from_its_creation(self) -> None:
        assert of("R-60", accessed_at=None, created_at="-90d") == [PASSED]
        assert of("R-60", accessed_at=None, created_at="-91d") == [Failed("never-used", facts={"since": "2026-08-22"})]

    def test_without_dates_nobody_can_tell(self) -> None:
        assert of("R-60", accessed_at=None, created_at=None) == [Unchecked("no-dates")]

    def test_use_counts_where_the_creation_is_not_told(self) -> None:
        assert of("R-60", accessed_at="-1d", created_at=None) == [PASSED]


class TestUnchanged:
    def of(self, options: dict[str, Any] | None = None, **fields: Any) -> list[Outcome]:
        return of("R-61", options, **{"traits": {"fields": ["password"]}, **fields})

    def test_the_limit_is_the_day_after(self) -> None:
        assert self.of(made_at="-365d") == [PASSED]
        assert self.of(made_at="-366d") == [Failed("unchanged", facts={"since": "2025-11-20", "rotation": "on"})]
        assert self.of({"unchanged_days": 3}, made_at="-4d", rotation=False) == [
            Failed("unchanged", facts={"since": "2026-11-17", "rotation": "off"})
        ]

    def test_a_tag_makes_no_secret_young(self) -> None:
        assert codes(self.of(made_at="-900d", changed_at="-1d")) == ["unchanged"]
        assert self.of(made_at="-1d", changed_at="-900d") == [PASSED]

    def test_without_the_date_of_the_version_nobody_can_tell(self) -> None:
        assert self.of(made_at=None, changed_at="-900d", created_at="-900d") == [Unchecked("no-dates")]

    def test_what_holds_no_credential_may_grow_old(self) -> None:
        assert self.of(made_at="-900d", traits={"size": 9}) == []
        assert codes(self.of(made_at="-900d", traits={"size": 9, "fields": ["password"]})) == ["unchanged"]
        variable = {"name": VARIABLE, "made_at": "-900d"}
        assert judged("R-61", {"secrets": [variable]}) == []
        assert judged("R-61", {"secrets": [{**variable, "traits": None}]}) == []
        assert codes(judged("R-61", {"secrets": [{**variable, "name": "airflow/variables/api_token"}]})) == [
            "unchanged"
        ]
        assert codes(judged("R-61", {"secrets": [{**variable, "traits": {"fields": ["text"]}}]})) == ["unchanged"]

        named = {"name": "airflow/connections/api_token", "made_at": "-900d"}
        assert judged("R-61", {"secrets": [named]}) == []

    def test_what_is_not_known_to_hold_none_may_not(self) -> None:
        for traits in (None, UNREADABLE):
            assert codes(self.of(made_at="-900d", traits=traits)) == ["unchanged"]
        option = {"name": "airflow/config/smtp", "made_at": "-900d"}
        assert codes(judged("R-61", {"secrets": [option]})) == ["unchanged"]

    def test_a_rotation_may_happen_on_the_day_on_which_it_is_due(self) -> None:
        assert self.of(next_rotation_at="2026-11-21T00:00:01") == [PASSED]
        assert self.of(next_rotation_at="2026-11-20T23:59:59") == [
            Failed("rotation-failed", facts={"due": "2026-11-20"}, severity="high")
        ]
        assert self.of(next_rotation_at="2026-11-20", rotation=False) == [PASSED]

    def test_both_can_be_said(self) -> None:
        assert codes(self.of(made_at="-900d", next_rotation_at="-2d")) == ["rotation-failed", "unchanged"]
        assert codes(self.of(made_at="-900d", next_rotation_at="-2d", traits={"size": 1})) == ["rotation-failed"]
        assert self.of(made_at=None, next_rotation_at="-2d")[1] == Unchecked("no-dates")


class TestOldKey:
    def keys(self, **keys: Any) -> list[Outcome]:
        return of("R-63", details={"version_keys": keys})

    def test_versions_under_another_key_than_the_current_one_are_counted(self) -> None:
        arn = "arn:aws:kms:eu-central-1:111122223333:key/new"
        assert self.keys(v1=["new"], v0=["old"], v2=["old"]) == [Failed("old-key", facts={"versions": 2})]
        assert self.keys(v1=["new"], v0=["DefaultEncryptionKey"]) == [Failed("old-key", facts={"versions": 1})]
        assert self.keys(v1=["new"], v0=["new"]) == self.keys(v1=[arn], v0=["new"]) == [PASSED]
        assert self.keys(v1=["new", "copy"], v0=["copy", "old"]) == [PASSED]

    def test_a_single_version_has_none_before_it(self) -> None:
        assert self.keys(v1=["new"]) == self.keys() == self.keys(v1=[]) == [PASSED]

    def test_without_keys_nobody_can_tell(self) -> None:
        assert of("R-63", details={"version_keys": None}) == [Unchecked("no-details")]
        assert self.keys(v0=["old"]) == self.keys(v1=[], v0=["old"]) == [Unchecked("no-key")]


class TestPromotion:
    def of(self, *names: str, **prod: Any) -> list[tuple[str, Outcome]]:
        scopes = [
            {"path": "airflow/connections", "account": "dev", "environment": "dev"},
            {"path": "airflow/connections", "account": "prod", "environment": "prod", **prod},
        ]
        secrets = [
            {"name": f"airflow/connections/{key}", "account": account}
            for account, _, key in (name.partition(":") for name in names)
        ]
        found = CHECKS["R-68"](estate({"scopes": scopes, "secrets": secrets}))
        return [(f"{subject.scope.account}:{subject.key}", outcome) for subject, outcome in found]  # type: ignore[union-attr]

    def test_what_one_stage_alone_has(self) -> None:
        assert self.of("dev:db", "prod:db", "dev:new") == [
            ("dev:db", PASSED),
            ("prod:db", PASSED),
            ("dev:new", Failed("only-here", facts={"stage": "dev", "others": "prod"})),
        ]

    def test_what_was_not_listed_may_be_there(self) -> None:
        assert self.of("dev:new", complete=False, problem="slow") == [("dev:new", Unchecked("slow"))]
        assert self.of("dev:new", complete=False) == [("dev:new", Unchecked("never-listed"))]
        assert self.of("dev:new", "prod:new", complete=False)[0] == ("dev:new", PASSED)

    def test_only_like_prefixes_are_compared(self) -> None:
        assert self.of("dev:new", path="airflow/variables", kind="variable") == []
        assert self.of("dev:new", path="other/connections") == []
        assert self.of("dev:new", kind="other") == []
        assert self.of("dev:new", store="vault") == []
        assert self.of("dev:new", environment="") == []
        assert self.of("dev:new", environment="development") == []

    def test_a_key_that_waits_for_deletion_is_not_there(self) -> None:
        spec = {
            "scopes": [{"path": "airflow/prod/connections"}, {"path": "airflow/dev/connections"}],
            "secrets": [
                {"name": "airflow/prod/connections/a"},
                {"name": "airflow/dev/connections/a", "deleted_at": "-1d"},
            ],
        }
        assert judged("R-68", spec) == [Failed("only-here", facts={"stage": "prod", "others": "dev"})]

    def test_a_path_may_say_the_stage(self) -> None:
        spec = {
            "secrets": [
                {"name": "airflow/production/connections/a"},
                {"name": "airflow/dev/connections/a"},
                {"name": "airflow/stg/connections/b"},
            ]
        }
        assert judged("R-68", spec) == [
            PASSED,
            PASSED,
            Failed("only-here", facts={"stage": "stage", "others": "dev, prod"}),
        ]

    def test_other_words_in_a_path_are_no_stages(self) -> None:
        spec = {"secrets": [{"name": "airflow/emea/connections/a"}, {"name": "airflow/apac/connections/b"}]}
        assert judged("R-68", spec) == []

    def test_a_prefix_of_no_stage_has_no_part_in_it(self) -> None:
        usual = {"path": "airflow/connections"}
        scopes = [usual | {"account": name, "environment": name} for name in ("dev", "prod")]
        secrets = [{"name": NAME, "account": "dev"}, {"name": NAME, "account": "somewhere"}]
        spec = {"scopes": [*scopes, usual | {"account": "somewhere"}], "secrets": secrets}
        assert judged("R-68", spec) == [Failed("only-here", facts={"stage": "dev", "others": "prod"})]

    @pytest.mark.parametrize(
        ("word", "spelled"),
        [
            ("prd", "prod"), ("live", "prod"), ("prod", "prod"), ("production", "prod"), ("Development", "dev"),
            ("staging", "stage"), ("stg", "stage"), ("testing", "test"), ("tst", "test"), ("int", "int"), ("qa", "qa"),
            ("uat", "uat"), ("preprod", "preprod"), ("sandbox", "sandbox"),
        ],
    )  # fmt: skip
    def test_words_of_a_path_that_are_stages(self, word: str, spelled: str) -> None:
        [scope] = estate({"scopes": [{"path": f"team_{word}/connections"}]}).scopes
        assert stage_of(scope) == spelled

    @pytest.mark.parametrize(("name", "spelled"), [("PROD", "prod"), (" Live ", "prod"), ("emea", "emea"), ("", "")])
    def test_stages_have_one_spelling(self, name: str, spelled: str) -> None:
        assert stage(name) == spelled

    def test_what_was_told_counts_before_what_the_path_says(self) -> None:
        [scope] = estate({"scopes": [{"path": "team-dev/connections", "environment": "prod"}]}).scopes
        assert stage_of(scope) == "prod"
        [scope] = estate({"scopes": [{"path": "team-dev/connections"}]}).scopes
        assert stage_of(scope) == "dev"


class TestTags:
    def test_an_owner_and_a_stage_are_wanted(self) -> None:
        assert of("R-75", tags={}) == [Failed("no-owner", "tags"), Failed("no-environment", "tags")]
        assert codes(of("R-75", tags={"owner": " ", "env": "prod"})) == ["no-owner"]
        assert codes(of("R-75", tags={"Team": "data"})) == ["no-environment"]
        assert of("R-75", tags={"Contact": "data", "Stage": "prod"}) == [PASSED]

    def test_a_stage_that_is_known_needs_no_tag(self) -> None:
        scope = {"path": "airflow/connections", "environment": "prod"}
        assert judged("R-75", {"scopes": [scope], "secrets": [{"name": NAME, "tags": {"owner": "data"}}]}) == [PASSED]

    def test_a_team_may_do_without(self) -> None:
        assert of("R-75", {"requires_tags": False}, tags={}) == []
        assert of("R-75", {"owner_tags": ["who"]}, tags={"who": "data", "env": "x"}) == [PASSED]

    def test_a_service_tags_what_is_its_own(self) -> None:
        assert of("R-75", tags={}, owning_service="rds") == []


class TestExpiry:
    @pytest.mark.parametrize(
        ("day", "code"),
        [("2026-11-20", "expired"), ("2026-11-21", "expires-soon"), ("2026-12-21", "expires-soon"), ("2026-12-22", "")],
    )
    def test_the_days_of_a_tag_and_of_a_certificate(self, day: str, code: str) -> None:
        by_tag, by_value = of("R-76", tags={"expires": f" {day} "}), of("R-76", traits={"expires": {"host": day}})
        if code:
            severity: Severity | None = None if code == "expired" else "medium"
            assert by_tag == [Failed(code, "tags", facts={"on": day}, severity=severity)]
            assert by_value == [Failed(code, "host", facts={"on": day}, severity=severity)]
        else:
            assert by_tag == by_value == [PASSED]

    def test_a_team_may_want_to_know_earlier(self) -> None:
        assert codes(of("R-76", {"expires_within_days": 60}, tags={"Expiry": "2027-01-20"})) == ["expires-soon"]
        assert of("R-76", {"expires_within_days": 59}, tags={"Expiry": "2027-01-20"}) == [PASSED]

    def test_a_moment_counts_in_universal_time(self) -> None:
        assert codes(of("R-76", tags={"valid-until": "2026-11-21T00:30:00+02:00"})) == ["expired"]
        assert codes(of("R-76", tags={"valid-until": "2026-11-20T23:30:00-02:00"})) == ["expires-soon"]

    def test_what_is_well_is_said_once(self) -> None:
        late, well = {"expires": "2026-01-01"}, {"expires": {"host": "2027-10-01"}}
        assert of("R-76", tags={"expires": "2027-10-01"}, traits=well) == [PASSED]
        assert codes(of("R-76", tags=late, traits=well)) == ["expired"]
        assert len(of("R-76", tags=late, traits=well)) == 1

    def test_what_is_no_date_is_not_checked(self) -> None:
        assert of("R-76", tags={"expires": "next spring"}) == [Unchecked("no-date")]
        assert of("R-76", tags={"expires": ""}) == of("R-76", tags={"note": "next spring"}) == [PASSED]

    def test_a_tag_tells_something_where_the_value_does_not(self) -> None:
        assert of("R-76", traits=None) == [Unchecked("not-read")]
        assert of("R-76", traits=None, read_error="denied") == [Unchecked("denied")]
        assert of("R-76", traits=UNREADABLE) == [Unchecked("unreadable")]
        found = of("R-76", traits=None, tags={"expires": "2026-01-01"})
        assert codes(found) == ["expired"]
        assert found[1:] == [Unchecked("not-read")]
        assert of("R-76", form="binary", traits=None) == []


class TestReplicas:
    def of(self, *replicas: tuple[str, str], **fields: Any) -> list[Outcome]:
        return of("R-77", details={"replicas": replicas}, **fields)

    def test_each_replica_counts_by_itself(self) -> None:
        assert self.of(("eu-west-1", "InSync")) == [PASSED]
        assert self.of(("eu-west-1", "Failed"), ("us-east-1", "InSync"), ("eu-north-1", "Failed")) == [
            Failed("replica-failed", "eu-west-1", facts={"region": "eu-west-1"}),
            Failed("replica-failed", "eu-north-1", facts={"region": "eu-north-1"}),
        ]

    def test_what_is_under_way_is_not_checked(self) -> None:
        assert self.of(("eu-west-1", "InProgress")) == [Unchecked("replicating")]
        assert of("R-77", details={"replicas": None}) == [Unchecked("no-details")]

    def test_it_is_about_nothing_that_has_no_replica_or_is_one(self) -> None:
        assert self.of() == []
        assert self.of(("eu-west-1", "Failed"), primary_region="us-east-1") == []
        assert codes(self.of(("eu-west-1", "Failed"), primary_region="eu-central-1")) == ["replica-failed"]


class TestWrites:
    def of(self, *moments: str) -> list[Outcome]:
        return of("R-78", details={"writes": moments})

    def test_more_than_one_in_ten_minutes_for_an_hour(self) -> None:
        steady = ["-60m", "-50m", "-40m", "-30m", "-20m", "-10m"]
        assert self.of(*steady, "-0m") == [PASSED]
        assert self.of(*steady, "-1s") == [Failed("often", facts={"on": "2026-11-21", "writes": 7})]
        assert self.of(*steady) == self.of() == [PASSED]

    def test_order_does_not_matter(self) -> None:
        moments = [f"-{minutes}m" for minutes in (5, 1, 9, 3, 7, 2, 8)]
        assert codes(self.of(*moments)) == codes(self.of(*reversed(moments))) == ["often"]

    def test_a_busy_hour_long_ago_is_over(self) -> None:
        assert self.of(*(f"-{30 * 24 * 60 + minutes}m" for minutes in range(7))) == [PASSED]
        assert codes(self.of(*(f"-{30 * 24 * 60 - minutes}m" for minutes in range(7)))) == ["often"]

    def test_without_dates_nobody_can_tell(self) -> None:
        assert of("R-78", details={"writes": None}) == [Unchecked("no-details")]


class TestSize:
    def of(self, size: int, store: str = "secrets-manager", **options: Any) -> list[Outcome]:
        scope = {"path": "airflow/connections", "store": store}
        spec = {"scopes": [scope], "secrets": [{"name": NAME, "traits": {"size": size}}], "options": options}
        return judged("R-79", spec)

    @pytest.mark.parametrize(
        ("store", "last", "limit"),
        [
            ("secrets-manager", 58_982, 65_536),
            ("google", 58_982, 65_536),
            ("azure", 23_039, 25_600),
            ("parameter-store", 3686, 4096),
        ],
    )
    def test_nine_tenths_of_what_a_store_takes(self, store: str, last: int, limit: int) -> None:
        assert self.of(last, store) == [PASSED]
        assert self.of(last + 1, store) == [Failed("near-limit", facts={"limit": limit})]
        assert self.of(limit, store) == [Failed("near-limit", facts={"limit": limit})]

    def test_a_larger_parameter_has_a_larger_limit(self) -> None:
        assert self.of(4097, "parameter-store") == self.of(7372, "parameter-store") == [PASSED]
        assert self.of(7373, "parameter-store") == [Failed("near-limit", facts={"limit": 8192})]

    def test_only_parameters_have_a_larger_limit(self) -> None:
        assert self.of(70_000) == [Failed("near-limit", facts={"limit": 65_536})]

    def test_a_team_may_want_to_know_earlier(self) -> None:
        assert codes(self.of(32_768, near_size=0.5)) == ["near-limit"]
        assert self.of(32_767, near_size=0.5) == [PASSED]

    def test_what_airflow_cannot_read_has_a_size_all_the_same(self) -> None:
        assert of("R-79", traits=UNREADABLE) == [PASSED]

    def test_nothing_is_said_of_what_was_not_read_or_has_no_limit(self) -> None:
        assert of("R-79", traits=None) == [Unchecked("not-read")]
        assert of("R-79", traits=None, read_error="denied") == [Unchecked("denied")]
        assert of("R-79", traits=None, form="binary") == self.of(65_536, "vault") == []
