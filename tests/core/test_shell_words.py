"""Our words against those of a real shell."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretsui.core.fragment import Unreadable
from secretsui.core.shell_words import commands, words
from tests.core import tools

PIECES = [
    "a", "b c", "'", '"', "\\", "\n", "\\\n", "''", '""', "'$x'", "'\\'", '"\\""', '"\\$x"', '"\\a"', "#", " #x", "=",
    "-", "é", "$", "$ ", "'$ '", "%", ",", ":", "\\ ", "\\'", '\\"', "\t", "{}", "@", "!",
]  # fmt: skip


def by_shell(text: str) -> list[str] | None:
    try:
        return tools.run(f"printf '%s\\0' - {text}\n", "bash")[1:]
    except Exception:
        return None


@settings(max_examples=150)
@given(text=st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_words_are_those_of_a_shell(text: str) -> None:
    try:
        (found, *more) = commands("x " + text)
    except Unreadable:
        # A backslash at the very end has no line to join.
        assert by_shell(text) is None or text.endswith("\\")
        return
    if not more and not any(word.is_open for word in found):
        assert [word.text for word in found[1:]] == by_shell(text)


@pytest.mark.parametrize("text", ["'\\n\\t\\\\'", "'\\x41\\u00e9\\101'", "'\\'\\\"\\q'", "'\\U0001f600'"])
def test_escapes_in_dollar_quotes_are_those_of_a_shell(text: str) -> None:
    assert [word.text for word in words("$" + text)] == by_shell("$" + text)


@pytest.mark.parametrize(
    "text", ["$x", "a${x}", '"$x"', '"a $(id)"', "`id`", '"`id`"', "$(id)", "$1", "$$", '"\\\\$x"', "$?", "$!"]
)
def test_what_a_shell_would_replace_is_open(text: str) -> None:
    assert any(word.is_open for word in words(text))


@pytest.mark.parametrize("text", ["'$x'", '"\\$x"', "\\$x", "$", "a$", '"$ "', "'`id`'", '"\\`id\\`"', "$'$x'"])
def test_what_a_shell_leaves_alone_is_not(text: str) -> None:
    assert not any(word.is_open for word in words(text))


@pytest.mark.parametrize("text", ["'a", '"a', "a'b", '"\\"', "\\", "$'a"])
def test_a_quote_without_an_end_is_told(text: str) -> None:
    with pytest.raises(Unreadable):
        list(words(text))
