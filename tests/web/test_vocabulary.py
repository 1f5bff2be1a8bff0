from __future__ import annotations

import pytest

from secretsui.core import catalogue
from secretsui.web import vocabulary


def test_every_icon_belongs_to_a_type_or_a_provider_that_there_is() -> None:
    assert all(catalogue.find(conn_type) for conn_type in vocabulary.TYPE_ICONS)
    providers = {each.distribution.removeprefix("apache-airflow-providers-") for each in catalogue.all_types()}
    assert vocabulary.PROVIDER_ICONS.keys() <= providers


@pytest.mark.parametrize(
    ("conn_type", "icon", "words"),
    [
        ("postgresql", "database", "Postgres"),
        ("google-cloud-platform", "brand-google", "Google Cloud"),
        ("gcpspanner", "database", "Google Cloud Spanner"),
        ("raft", "plug", "raft"),
    ],
)
def test_a_type_is_called_as_airflows_form_calls_it(conn_type: str, icon: str, words: str) -> None:
    label = vocabulary.of_type(conn_type)
    assert (label.icon, str(label.words)) == (icon, words)
