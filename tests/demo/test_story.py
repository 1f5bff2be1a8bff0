from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from secretsui.core.facts import Facts, facts
from secretsui.core.sensitive import Sensitive
from secretsui.demo import story
from secretsui.demo.accounts import ACCOUNTS

NOW = datetime(2026, 5, 4, 15, 30, tzinfo=UTC)
EVERY = [sample for account in ACCOUNTS for sample in story.samples(account)]
OF_AIRFLOW = [sample for sample in EVERY if sample.is_of_airflow]


def kind(sample: story.Sample) -> str:
    return story.KINDS[sample.folders[1]]


def facts_of(text: str | bytes, sample: story.Sample) -> Facts:
    assert isinstance(text, str)
    return facts(Sensitive(text), kind(sample))


def test_it_fills_every_prefix_of_three_accounts_and_two_regions():
    usual = [sample for sample in OF_AIRFLOW if sample.folders[0] == "airflow"]
    found = Counter((sample.account.name, sample.region, kind(sample)) for sample in usual)
    assert found == {
        ("data-dev", "eu-central-1", "connection"): 37,
        ("data-dev", "eu-central-1", "variable"): 20,
        ("data-dev", "eu-central-1", "config"): 3,
        ("data-prod", "eu-central-1", "connection"): 46,
        ("data-prod", "eu-central-1", "variable"): 25,
        ("data-prod", "eu-central-1", "config"): 4,
        ("data-prod", "us-east-1", "connection"): 9,
        ("data-prod", "us-east-1", "variable"): 5,
        ("shared-platform", "eu-central-1", "connection"): 8,
        ("shared-platform", "eu-central-1", "variable"): 4,
        ("shared-platform", "eu-central-1", "config"): 1,
    }
    told = {(account.name, region, kind) for account in ACCOUNTS for region, _, kind in story.prefixes(account)}
    assert told == set(found)


def test_it_has_a_lab_with_prefixes_of_its_own():
    found = Counter("/".join(sample.folders) for sample in OF_AIRFLOW if sample.folders[0] != "airflow")
    assert found == {
        "Lab/connections": 1,
        "depot/connections": 1,
        "lab/config": 1,
        "lab/connections": 22,
        "lab/variables": 4,
    }


def test_it_has_secrets_that_are_not_airflows():
    assert len(EVERY) - len(OF_AIRFLOW) >= 5


def test_each_name_is_told_once_per_place():
    assert len({(sample.account.name, sample.region, sample.name) for sample in EVERY}) == len(EVERY)


def test_exactly_what_is_broken_on_purpose_is_found_broken():
    texts = [(sample, sample.texts()[-1]) for sample in OF_AIRFLOW if "binary" not in sample.line]
    found = {(sample.region, sample.name) for sample, text in texts if facts_of(text, sample).problem}
    assert found == {(sample.region, sample.name) for sample in OF_AIRFLOW if sample.broken}


def test_the_broken_ones_are_of_many_kinds():
    broken = [sample for sample in OF_AIRFLOW if sample.broken]
    problems = {facts_of(sample.texts()[-1], sample).problem for sample in broken}
    assert len(broken) >= 10
    assert len(problems) >= 8, problems


def test_connections_are_of_many_types_in_uri_and_json():
    known = [facts_of(sample.texts()[-1], sample) for sample in OF_AIRFLOW if "binary" not in sample.line]
    connections = [each for each in known if each.conn_type]
    assert len({each.conn_type for each in connections}) >= 30
    forms = Counter(each.form for each in connections)
    assert min(forms["uri"], forms["json"]) >= 30


def test_credentials_are_plainly_made_up_and_the_same_where_the_story_says_so():
    by_name = {(sample.account.name, sample.name): str(sample.texts()[-1]) for sample in EVERY}
    dev = by_name["data-dev", "airflow/connections/warehouse_readonly"]
    prod = by_name["data-prod", "airflow/connections/warehouse_readonly"]
    assert dev.split("@")[0] == prod.split("@")[0]
    assert dev.split(":")[2].startswith("sample-")
    assert not [name for name, text in by_name.items() if "<<" in text]


def test_version_ids_are_those_of_the_last_start_and_dates_follow_the_clock():
    sample = next(each for each in EVERY if len(each.texts()) > 2)
    then, later = sample.versions(NOW), sample.versions(NOW + timedelta(days=3))
    assert [each.version_id for each in then] == [each.version_id for each in later]
    assert len({each.version_id for each in then}) == len(then)
    assert [b.at - a.at for a, b in zip(then, later, strict=True)] == [timedelta(days=3)] * len(then)
    assert [each.at for each in then] == sorted(each.at for each in then)
    assert then[-1].at < NOW


def test_every_secret_was_saved_before_it_was_read():
    for sample in EVERY:
        saved, read = sample.versions(NOW), sample.accessed(NOW)
        assert read is None or saved[0].at <= read, sample.name


def test_tags_say_where_and_when_they_expire():
    sample = next(each for each in EVERY if each.name == "airflow/connections/aws_partner_drop")
    assert sample.tags(NOW) == {"env": "dev", "team": "logistics", "owner": "mara.vos", "expires": "2026-04-14"}
