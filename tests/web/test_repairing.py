from __future__ import annotations

import pytest

from secretsui.core.findings import Finding
from secretsui.web.repairing import WORDS, may_mend
from tests.core.rules.test_format import EXAMPLES, linted


def offered() -> set[str]:
    found: list[Finding] = [each for rule in EXAMPLES.values() for bad in rule["bad"] for each in linted(bad)]
    return {finding.repair for finding in found if finding.repair}


def test_every_repair_that_is_offered_has_a_button() -> None:
    assert offered() == set(WORDS)


@pytest.mark.parametrize(
    ("sent", "repair", "field", "may"),
    [
        ({"mode": "raw", "text": "x"}, "rename-keys", "schema", True),
        ({"mode": "raw", "text": ""}, "rename-keys", "schema", False),
        ({"schema": "crm"}, "rename-keys", "schema", False),  # nothing that the input alone could do
        ({"host": " h"}, "strip", "host", True),
        ({"host": ""}, "strip", "host", False),
        ({"host": "Account"}, "to-json", "host", True),
        ({"extra": '{"token": "a%2Fb"}'}, "decode", "extra.token", True),
        ({"extra": '{"extra__x": 1}'}, "rename-extras", "extra.extra__x", False),
    ],
)
def test_a_form_is_offered_what_its_inputs_can_take(sent: dict[str, str], repair: str, field: str, may: bool) -> None:
    assert may_mend(sent, repair, field) is may
