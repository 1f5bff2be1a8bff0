from __future__ import annotations

from typing import Any

import pytest
from django.core import checks

from secretsui.audits.checks import links_lead_to_others


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "http://127.0.0.1", "https://[::1]/", "http://secrets.localhost", "", "secrets"]
)
def test_an_address_that_only_this_machine_has_is_told(settings: Any, url: str) -> None:
    settings.PUBLIC_URL = url
    [found] = links_lead_to_others()
    assert found.id == "secretsui.W006"
    assert "SECRETSUI_URL" in found.msg


def test_an_address_for_others_is_well(settings: Any) -> None:
    settings.PUBLIC_URL = "https://secrets.example.com"
    assert links_lead_to_others() == []


def test_it_is_a_matter_of_deployments_alone(settings: Any) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"
    told = [
        {each.id for each in checks.run_checks(include_deployment_checks=deployed)} & {"secretsui.W006"}
        for deployed in (False, True)
    ]
    assert told == [set(), {"secretsui.W006"}]
