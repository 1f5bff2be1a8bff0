"""Each rule over its own examples: `examples.json` has bad ones, one per face of a rule, and good ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from secretsui.core.findings import SEVERITIES, Finding
from secretsui.core.rules import repairs
from secretsui.core.rules.format import CHECKS, RULES, Context, lint, missing_inputs
from secretsui.core.sensitive import Sensitive

EXAMPLES: Mapping[str, Any] = json.loads((Path(__file__).parent / "examples.json").read_text())
Example = Mapping[str, Any]


def examples(sort: str) -> list[Any]:
    return [
        pytest.param(rule, example, id=f"{rule}-{place}")
        for rule, found in EXAMPLES.items()
        for place, example in enumerate(found[sort])
    ]


def context_of(example: Example) -> Context:
    known = dict(example.get("context", {}))
    return Context(**{**known, "known_types": frozenset(known.get("known_types", ()))})


def linted(example: Example, rule: str = "") -> list[Finding]:
    found = lint(Sensitive(example["text"]), example.get("kind", "connection"), context_of(example))
    return [finding for finding in found if rule in ("", finding.rule)]


def test_there_are_examples_and_a_check_for_every_rule() -> None:
    assert list(EXAMPLES) == list(RULES) == list(CHECKS) == [f"R-{number}" for number in range(24, 47)]
    assert [rule for rule, found in EXAMPLES.items() if not found["bad"] or not found["good"]] == []


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_a_bad_value_is_found_with_field_and_severity(rule: str, example: Example) -> None:
    found = [(each.code, each.field, each.severity) for each in linted(example, rule)]
    assert (example["code"], example["field"], example.get("severity", RULES[rule].severity)) in found


@pytest.mark.parametrize(("rule", "example"), examples("good"))
def test_a_good_value_is_not_found(rule: str, example: Example) -> None:
    assert linted(example, rule) == []


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_a_repair_is_offered_where_one_is_safe_and_the_fault_is_gone_after_it(rule: str, example: Example) -> None:
    [finding] = [
        each for each in linted(example, rule) if (each.code, each.field) == (example["code"], example["field"])
    ]
    assert bool(finding.repair) == ("repaired" in example)
    if finding.repair:
        mended = repairs.apply(finding.repair, Sensitive(example["text"]), finding.field).reveal()
        assert mended == example["repaired"]
        assert (finding.code, finding.field) not in [
            (each.code, each.field) for each in linted({**example, "text": mended}, rule)
        ]


@pytest.mark.parametrize("rule", RULES)
def test_the_worst_face_of_a_rule_has_its_severity(rule: str) -> None:
    faces = [each.severity for example in EXAMPLES[rule]["bad"] for each in linted(example, rule)]
    assert min(faces, key=SEVERITIES.index) == RULES[rule].severity


def test_the_worst_comes_first() -> None:
    found = lint(Sensitive(" postgress://svc:p/w@h.example?a=b"), "connection")
    ranks = [SEVERITIES.index(finding.severity) for finding in found]
    assert ranks == sorted(ranks)
    assert len(ranks) > 1


def offered(text: str, kind: str = "connection", **known: Any) -> dict[str, str]:
    return {each.rule: each.repair for each in lint(Sensitive(text), kind, Context(**known))}


def test_a_finding_tells_all_that_its_rule_found() -> None:
    text = json.dumps({"conn_type": "snowflake", "extra": {"extra__snowflake__account": "hx1"}})
    assert lint(Sensitive(text), "connection") == [
        Finding(
            "R-36",
            "old-extra",
            "medium",
            "extra.extra__snowflake__account",
            "key 1 of 1",
            {"name": "account"},
            "rename-extras",
        )
    ]


def test_a_repair_is_offered_where_further_ones_lead_to_a_sound_value() -> None:
    assert offered("'google_cloud_platform://h'") == {"R-25": "unquote"}
    assert offered("'google_cloud_platform://svc:p/w@h'") == {"R-25": "unquote"}
    # What two further ones do not mend is for a person.
    assert offered(" 'x-y://x-y://svc:sample@h'") == {"R-25": "unquote", "R-26": "strip"}
    assert offered(" 'x-y://x-y://svc:p/w@h'") == {"R-25": "unquote", "R-26": ""}
    assert offered("'svc:pa/ss@h'") == {"R-25": ""}


def test_a_repair_after_which_the_same_fault_is_elsewhere_in_the_field_is_not_offered() -> None:
    assert offered("postgres://svc:p/w@h.example/a@b")["R-24"] == ""


def test_a_variable_needs_no_airflow_that_reads_it() -> None:
    assert offered("'{broken'\n", "variable") == {"R-26": "strip", "R-37": "unquote"}
    assert offered("'it's'", "variable") == {"R-37": ""}


def test_nothing_is_repaired_within_an_entry_of_vault() -> None:
    entry = json.dumps({"conn_uri": "'postgres://h.example'"})
    assert offered(entry, backend="x.VaultBackend") == {"R-25": ""}
    assert offered("'postgres://h.example'") == {"R-25": "unquote"}


def test_a_rule_is_about_its_kinds_alone() -> None:
    for kind, rule in (("connection", "R-25"), ("variable", "R-37")):
        assert list(offered("'postgres://h.example'", kind)) == [rule]
    assert offered("'postgres://h.example'", "config") == offered(" ", "other") == {}
    assert list(offered(" ", "config")) == ["R-26"]


def test_a_rule_says_what_it_would_have_to_know() -> None:
    lacking = {
        rule.id: list(missing_inputs(rule, Context())) for rule in RULES.values() if missing_inputs(rule, Context())
    }
    assert lacking == {"R-34": ["backend_kwargs"], "R-40": ["provider_versions"], "R-46": ["backend"]}
    known = Context(backend="x.VaultBackend", backend_kwargs={}, provider_versions={})
    assert [missing_inputs(rule, known) for rule in RULES.values()] == [[]] * len(RULES)
