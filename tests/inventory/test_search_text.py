from __future__ import annotations

from secretsui.inventory.search_text import compose, tag_line, with_endpoint


def test_each_fact_has_a_line_in_lower_case() -> None:
    text = compose("airflow/Orders", "Read Only", {"Team": "Sales", "env": "prod"}, "DB.example:5432")
    assert text == "airflow/orders\nread only\n\tteam=sales\n\tenv=prod\ndb.example:5432"


def test_the_endpoint_can_be_replaced() -> None:
    text = compose("a", "b", {"k": "v"}, "")
    assert with_endpoint(text, "Host:1") == "a\nb\n\tk=v\nhost:1"
    assert with_endpoint(with_endpoint(text, "Host:1"), "") == text


def test_no_description_can_pass_for_a_tag() -> None:
    text = compose("a", "x\n\tteam=sales\ny", {}, "")
    assert f"\n{tag_line('team', 'sales')}\n" not in text
    assert text.count("\n") == 2
