from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.inventory.sync import values
from secretsui.inventory.sync.listing import NOWHERE
from secretsui.inventory.sync.values import Known, Unread
from secretsui.stores.base import Denied, SecretInfo, Value

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MIDNIGHT = NOON.replace(hour=0)


def known(text: str, kind: str = "connection") -> Known:
    found = values.learn(Value("crm", "v1", Sensitive(text), created_at=NOON), kind)
    assert isinstance(found, Known)
    return found


def test_what_is_wrong_with_a_value_is_kept_by_field_and_position_without_it() -> None:
    text = "postgres://reader:tiger-4711@db.example:port/crm"
    found = known(text)
    assert found.lint
    assert {each["rule"] for each in found.lint} >= {"R-29"}
    assert found.made_at == NOON
    for piece in ("tiger", "4711", "reader", text):
        assert piece not in json.dumps([found.lint, found.traits])


def test_a_value_that_is_as_it_should_be_has_no_findings_which_is_not_the_same_as_unknown() -> None:
    assert known("postgres://reader:a-long-and-good-one@db.example/crm").lint == []
    binary = values.learn(Value("crm", "v1", None, binary_size=4, created_at=NOON), "connection")
    assert isinstance(binary, Known)
    assert (binary.form, binary.lint, binary.traits, binary.made_at) == ("binary", None, None, NOON)
    assert isinstance(values.learn(Denied(), "connection"), Unread)


def test_what_is_kept_goes_into_a_database_as_it_is() -> None:
    odd = known('{"conn_type": "postgres", "extra": {"\\ud800": "\\u0000"}}')
    json.dumps(odd.lint).encode()
    assert "\\u0000" not in json.dumps([odd.lint, odd.traits])


@pytest.mark.parametrize(
    ("accessed", "read", "used", "expected"),
    [
        (None, None, None, None),
        (MIDNIGHT, None, None, MIDNIGHT),  # never read by us: it was somebody else
        (MIDNIGHT, NOON, None, None),  # we read it on that day, and perhaps nobody else
        (MIDNIGHT, NOON, MIDNIGHT - 9 * DAY, MIDNIGHT - 9 * DAY),
        (MIDNIGHT + DAY, NOON, None, MIDNIGHT + DAY),  # since
        (MIDNIGHT - DAY, NOON, None, MIDNIGHT - DAY),  # before
        (MIDNIGHT - 9 * DAY, NOON, MIDNIGHT - DAY, MIDNIGHT - DAY),  # a list that lags takes nothing back
        (None, NOON, MIDNIGHT - DAY, MIDNIGHT - DAY),
        (MIDNIGHT - DAY, MIDNIGHT + timedelta(minutes=2), None, None),  # its clock may be behind ours
    ],
)
def test_a_day_on_which_we_read_is_no_proof_of_use(
    accessed: datetime | None, read: datetime | None, used: datetime | None, expected: datetime | None
) -> None:
    before = NOWHERE._replace(value_read_at=read, used_at=used)
    assert before.used(SecretInfo("crm", accessed_at=accessed)) == expected


def test_of_a_secret_that_is_new_to_us_every_day_counts() -> None:
    assert NOWHERE.used(SecretInfo("crm", accessed_at=MIDNIGHT)) == MIDNIGHT
