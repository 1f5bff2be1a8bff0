from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsui.web.forms.text import as_typed, printable, uncarried, unify


def browser(text: str) -> str:
    """What a text area sends for the text it was given."""
    return unify(text).replace("\n", "\r\n")


@pytest.mark.parametrize(
    "stored", ["", "a", "\n", "\na\n", "a\nb", "a\r\nb", "a\rb", "a\r\nb\nc\rd\r\n", "\r\n\r", "a\n\r\n"]
)
def test_untouched_text_stays_as_it_is_stored(stored: str) -> None:
    assert as_typed(browser(stored), stored) == stored


@pytest.mark.parametrize(
    ("stored", "shown", "saved"),
    [
        ("a\nb", "a\nb\nc", "a\nb\nc"),
        ("a\r\nb", "a\nb\nc", "a\r\nb\r\nc"),
        ("a\rb", "x\nb", "x\rb"),
        ("a", "a\nb", "a\nb"),
        ("", "a\nb\n", "a\nb\n"),
        ("a\r\nb\nc\nd", "a\nb\nc\nnew\nd", "a\r\nb\nc\nnew\nd"),
        ("a\r\nb\r\nc\nd", "a\nnew\nb\nc\nd", "a\r\nnew\r\nb\r\nc\nd"),
    ],
)
def test_a_change_keeps_the_line_breaks_around_it(stored: str, shown: str, saved: str) -> None:
    assert as_typed(browser(shown), stored) == saved


def test_a_long_text_of_mixed_breaks_is_merged_in_time() -> None:
    stored = "".join(f"line {n}" + ("\r\n" if n % 7 else "\n") for n in range(5_000))
    assert as_typed(browser(stored + "end"), stored) == stored + "end"


@pytest.mark.parametrize(("text", "position"), [("abc", None), ("ab\x00c", 3), ("\ud800", 1), ("\x0c\x1b é\n\r", None)])
def test_it_names_the_first_character_that_a_form_cannot_carry(text: str, position: int | None) -> None:
    assert uncarried(text) == position


def test_such_characters_are_shown_as_signs() -> None:
    assert printable("a\x00b\ud800c") == "a␀b\ufffdc"


LINES = st.lists(st.sampled_from(["a", "b", "\n", "\r", "\r\n"]), max_size=8).map("".join)


@given(LINES, LINES)
def test_only_line_breaks_ever_differ_from_what_was_typed(stored: str, typed: str) -> None:
    assert unify(as_typed(browser(typed), stored)) == unify(typed)
    assert as_typed(browser(stored), stored) == stored


def test_a_value_of_nothing_but_lines_is_merged_in_no_time() -> None:
    stored = "\n\r\n" * 20_000
    started = time.process_time()
    assert as_typed(browser("x" + stored), stored) == "x" + stored
    assert unify(as_typed("a\n" + "\n" * 30_000 + "b", "c\n" + stored + "d")) == "a\n" + "\n" * 30_000 + "b"
    assert time.process_time() - started < 5
