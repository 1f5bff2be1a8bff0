"""All rules over an estate: what is joined, counted and told apart."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from secretsui.core.rules import audit, indexes
from secretsui.core.rules.audit import CHECKS, RULES, Counts, counts, fingerprint, run
from secretsui.core.rules.estate import Estate
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from tests.core.rules.estates import estate

QUOTED = {"rule": "R-25", "code": "quoted", "severity": "high", "field": "text", "where": "start"}


def judged(rule: str, spec: dict[str, Any]) -> list[Any]:
    return [outcome for _, outcome in CHECKS[rule](estate(spec))]


def of_secret(rule: str, **fields: Any) -> list[Any]:
    return judged(rule, {"secrets": [{"name": "airflow/connections/db", **fields}]})


def test_every_rule_has_words_and_stands_in_the_order_of_its_number() -> None:
    assert list(CHECKS) == list(RULES) == sorted(RULES, key=lambda rule: int(rule[2:]))
    assert all(rule == words.id for rule, words in RULES.items())


def test_what_was_found_when_a_value_was_read_is_told_again() -> None:
    [failed] = of_secret("R-25", lint=[{**QUOTED, "facts": {"sign": "double"}}])
    assert failed == Failed("quoted", "text", "start", {"sign": "double"}, "high")


def test_one_fault_at_several_positions_of_a_field_is_one_failure() -> None:
    found = of_secret("R-25", lint=[QUOTED, {**QUOTED, "where": "end"}, {**QUOTED, "field": "host"}])
    assert [(each.field, each.where) for each in found] == [("text", "start"), ("host", "start")]


def test_a_value_without_a_fault_passes_every_rule_about_its_format() -> None:
    assert of_secret("R-25") == [PASSED]


@pytest.mark.parametrize(("read_error", "reason"), [("denied", "denied"), ("", "not-read")])
def test_a_value_that_was_not_read_is_not_checked(read_error: str, reason: str) -> None:
    assert of_secret("R-25", lint=None, read_error=read_error) == [Unchecked(reason)]


@pytest.mark.parametrize("fields", [{"deleted_at": "-1d"}, {"form": "binary"}])
def test_rules_about_format_are_not_about_what_airflow_does_not_read(fields: dict[str, Any]) -> None:
    assert of_secret("R-25", lint=None, **fields) == []


def test_a_rule_is_only_about_its_kinds() -> None:
    variable = {"name": "airflow/variables/a"}
    assert judged("R-25", {"secrets": [variable]}) == []
    assert judged("R-37", {"secrets": [variable]}) == [PASSED]


@pytest.mark.parametrize("setting", ["full_url_mode", "are_secret_values_urlencoded"])
@pytest.mark.parametrize("whose", ["kwargs", "worker_kwargs"])
def test_a_removed_setting_is_found_without_a_value(setting: str, whose: str) -> None:
    spec = {"deployments": [{"worker_backend": "secrets-manager", whose: {"sep": "/", setting: True}}]}
    assert judged("R-34", spec) == [Failed("removed-setting", setting, facts={"setting": setting})]


def test_removed_settings_are_those_of_secrets_manager() -> None:
    assert judged("R-34", {"deployments": [{"backend": "vault", "kwargs": {"full_url_mode": True}}]}) == [PASSED]
    assert judged("R-34", {"deployments": [{"kwargs": {"sep": "/"}}]}) == [PASSED]
    assert judged("R-34", {"deployments": [{"backend": None}]}) == []
    assert judged("R-34", {"deployments": [{"backend": "?"}]}) == [Unchecked("no-kwargs")]


SNOWFLAKE = "apache-airflow-providers-snowflake"


def of_key(form: str, *versions: str, where: Any = None, **secret: Any) -> list[Outcome]:
    """Of a key of Snowflake in this form, for deployments with these releases of the provider, "" where nobody told."""
    known = [{"name": f"{at}", "providers": {SNOWFLAKE: each} if each else {}} for at, each in enumerate(versions)]
    traits = {"size": 256, "key_forms": {"extra.private_key_content": form} if form else {}}
    told = {"name": "airflow/connections/db", "conn_type": "snowflake", "traits": traits, **secret}
    return judged("R-40", {"secrets": [told], "deployments": [each | (where or {}) for each in known]})


@pytest.mark.parametrize(
    ("form", "versions", "code"),
    [
        ("pem", ["6.2.9"], ""),
        ("pem", ["6.3"], "key-not-base64"),
        ("pem", ["6.10.1"], "key-not-base64"),
        ("pem", ["6.11"], ""),
        ("pem", ["6.11", "6.2"], ""),
        ("pem", ["6.11", "6.3"], "key-not-base64"),
        ("pem", ["", "6.3"], "key-not-base64"),
        ("base64", ["6.2.9"], "key-in-base64"),
        ("base64", ["6.3"], ""),
        ("base64", ["6.3", "6.11"], ""),
    ],
)
def test_the_form_of_a_key_is_judged_by_the_provider_of_whoever_looks_it_up(
    form: str, versions: list[str], code: str
) -> None:
    assert of_key(form, *versions) == ([Failed(code, "extra.private_key_content")] if code else [PASSED])


def test_without_the_release_of_every_provider_the_form_of_a_key_may_be_wrong() -> None:
    untold = [Unchecked("provider-version")]
    assert of_key("pem", "") == of_key("base64", "6.3", "") == of_key("pem") == untold
    elsewhere = {"places": {"backend": ["prod", "us-east-1"]}}
    assert of_key("pem", "6.3", where=elsewhere) == untold


def test_a_connection_of_snowflake_without_a_key_has_no_form_to_judge() -> None:
    assert of_key("", "6.3") == of_key("", "") == []
    assert of_key("", "6.3", traits=None) == [Unchecked("not-read")]
    assert of_key("", "6.3", traits={"is_readable": False}) == [Unchecked("unreadable")]


def test_the_form_of_a_key_is_not_asked_of_other_types() -> None:
    assert of_secret("R-40") == of_secret("R-40", traits={"is_readable": False}) == []
    assert of_secret("R-40", lint=None) == [Unchecked("not-read")]


def test_entries_of_vault_are_those_in_vault() -> None:
    assert of_secret("R-46") == []
    vault = [{"path": "airflow/connections", "store": "vault"}]
    assert judged("R-46", {"scopes": vault, "secrets": [{"name": "airflow/connections/db"}]}) == [PASSED]


def test_a_run_may_be_of_some_rules_alone() -> None:
    found = estate({"secrets": [{"name": "airflow/connections/db"}]})
    assert [(each.rule.id, each.subject, each.outcome) for each in run(found, ["R-25"])] == [
        ("R-25", found.secrets[0], PASSED)
    ]


def test_outcomes_are_counted_by_rule() -> None:
    names = ({"lint": [QUOTED]}, {"lint": None}, {}, {})
    secrets = [{"name": f"airflow/connections/{number}", **each} for number, each in enumerate(names)]
    found = counts(run(estate({"secrets": secrets}), ["R-25", "R-37"]))
    assert found == {"R-25": Counts(failed=1, passed=2, unchecked=1)}


def test_a_fingerprint_is_of_rule_subject_code_and_field_alone() -> None:
    one, other = estate({"secrets": [{"name": "a/b"}, {"name": "a/c"}]}).secrets
    print_ = fingerprint("R-25", one, Failed("quoted", "text"))
    assert print_ == fingerprint(RULES["R-25"], one, Failed("quoted", "text", "start", {"a": 1}, "low", ["x"]))
    others = [
        fingerprint("R-26", one, Failed("quoted", "text")),
        fingerprint("R-25", other, Failed("quoted", "text")),
        fingerprint("R-25", one, Failed("quoted-twice", "text")),
        fingerprint("R-25", one, Failed("quoted", "host")),
    ]
    assert len({print_, *others}) == 5
    assert len(print_) == 32


def test_a_fingerprint_stays_the_same_from_release_to_release() -> None:
    [one] = estate({"secrets": [{"name": "a/b"}]}).secrets
    assert fingerprint("R-25", one, Failed("quoted", "text")) == "2732bae932c83b0973e527d54de6d604"


def test_what_is_looked_up_is_gathered_once_and_let_go_with_the_estate() -> None:
    built = []

    @indexes.once
    def numbered(estate: Estate) -> int:
        built.append(estate.now)
        return len(built)

    first, second = estate({}), estate({})
    assert [numbered(first), numbered(second), numbered(first), numbered(second)] == [1, 2, 1, 2]
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None


def test_the_joined_table_keeps_nothing_of_a_run() -> None:
    assert list(audit.run(estate({}))) == []
