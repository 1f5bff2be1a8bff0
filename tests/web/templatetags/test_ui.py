from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms

from secretsui.inventory.models import SecretRecord
from secretsui.web.templatetags import ui

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(days=59), "59 d ago"),
        (timedelta(days=61), "21 Sep 2026"),
        (timedelta(hours=-3), "21 Nov 2026"),
    ],
)
def test_ages_are_relative_up_to_60_days_with_the_exact_time(before: timedelta, words: str) -> None:
    shown = ui.ago(NOW - before)
    assert f">{words}</time>" in shown
    assert f'title="{NOW - before:%Y-%m-%d %H:%M} UTC"' in shown


def test_no_time_at_all_is_never() -> None:
    assert (ui.ago(None), ui.day(None), ui.days_left(None)) == ("never", "never", "")


@pytest.mark.parametrize(
    ("before", "words"), [(0, "today"), (1, "yesterday"), (9, "9 d ago"), (94, "19 Aug 2026"), (-2, "23 Nov 2026")]
)
def test_days_know_no_hours(before: int, words: str) -> None:
    assert f">{words}</time>" in ui.day(NOW - timedelta(days=before, hours=5))


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(days=6, hours=3), "6 d"),
        (timedelta(hours=24), "1 d"),
        (timedelta(hours=5), "5 h"),
        (-timedelta(1), "0 h"),
    ],
)
def test_what_is_left_is_counted_in_whole_days_and_at_last_in_hours(ahead: timedelta, words: str) -> None:
    assert ui.days_left(NOW + ahead) == words


def test_a_mask_is_always_the_same_and_read_as_a_word() -> None:
    assert ui.mask().count("•") == 8
    assert '<span class="vh">hidden</span>' in ui.mask()


def test_a_state_is_an_icon_and_a_word() -> None:
    assert ui.state("deleted").endswith("</svg>Deletion pending</span>")
    assert ui.state("deleted", "Deleted in 6 d").endswith("</svg>Deleted in 6 d</span>")
    assert "Could not check" in ui.state("something new")


def test_words_of_a_state_are_text() -> None:
    assert "<b>" not in ui.state("ok", "<b>")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": "ok"}, "OK"),
        ({"status": "deleted"}, "Deletion pending"),
        ({"status": "broken", "problem": "bad-port"}, "Bad port"),
        ({"status": "broken", "problem": "something new"}, "Airflow cannot read it"),
        ({"status": "unreadable", "read_error": "denied"}, "Access denied"),
        ({"status": "unreadable", "read_error": "something new"}, "Could not read"),
        ({"status": "stale"}, "Not confirmed"),
    ],
)
def test_the_state_of_a_record_names_its_cause(facts: dict[str, str], words: str) -> None:
    record: Any = type("Row", (), {"problem": "", "read_error": "", **facts})()
    shown: SecretRecord = record
    assert words in ui.record_state(shown)


def test_types_have_airflows_names_and_unknown_ones_their_own() -> None:
    assert ui.type_label("google_cloud_platform") == "Google Cloud"
    assert ui.type_label("my_own") == "my_own"
    assert "#snowflake" in ui.type_icon("snowflake")
    assert "#variable" in ui.type_icon("", "variable")


def test_counts_have_singular_and_plural() -> None:
    assert [ui.kind_count("connection", number) for number in (1, 2)] == ["connection", "connections"]
    assert [ui.kind_count("other", number) for number in (1, 2)] == ["other secret", "other secrets"]
    assert ui.count(1284) == "1,284"


class Sample(forms.Form):
    text = forms.CharField(help_text="Help.")
    box = forms.BooleanField(required=False)
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    one = forms.ChoiceField(choices=[("a", "A")])


def test_controls_have_the_classes_of_the_style_sheet_and_say_what_is_wrong() -> None:
    form = Sample({})
    form.is_valid()
    assert 'class="form-control is-invalid"' in ui.control(form["text"])
    assert 'aria-invalid="true"' in ui.control(form["text"])
    assert 'class="form-check-input"' in ui.control(form["box"])
    assert 'class="form-select is-invalid"' in ui.control(form["one"])


def test_one_statement_is_shown_alone_and_several_as_a_list() -> None:
    assert ui.pretty([{"Effect": "Allow"}]).startswith("{")
    assert ui.pretty([{"Effect": "Allow"}, {"Action": ("a",)}]).startswith("[")
