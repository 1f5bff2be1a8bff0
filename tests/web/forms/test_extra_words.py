from __future__ import annotations

from typing import Any

import pytest

from secretsui.core import extras
from secretsui.core.catalogue import Field
from secretsui.core.extras import BadExtra
from secretsui.web.forms.extra_words import words_of


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        (Field("a", "A", kind="integer"), "x", "Write a number, as in 2.5."),
        (Field("a", "A", kind="integer"), "1.5", "Write a whole number, as in 30."),
        (Field("a", "A", kind="integer"), "9" * 400, "This number is too large."),
        (Field("a", "A", kind="integer", minimum=1), "0", "Write a number from 1."),
        (Field("a", "A", kind="number", maximum=2), "3", "Write a number up to 2."),
        (Field("a", "A", kind="number", minimum=1, maximum=2), "3", "Write a number from 1 to 2."),
        (Field("a", "A", choices=("x", "y")), "z", "Choose one of: x, y."),
        (Field("a", "A", kind="boolean"), "z", "Choose one of: true, false."),
        (Field("a", "A", kind="object"), "{", "This is not valid JSON. (line 1, column 2)"),
        (Field("a", "A", kind="object"), '{"b": 1, "b": 2}', "This is not valid JSON."),
        (Field("a", "A", kind="object"), "[]", 'Write a JSON object, as in {"key": "value"}.'),
        (Field("a", "A", kind="list"), "{}", 'Write a JSON list, as in ["one", "two"].'),
        (Field("a", "A", pattern="^x"), "y", "This does not have the form that the provider asks for."),
        (Field("a", "A", min_length=3), "y", "Write at least 3 characters."),
        (Field("a", "A", max_length=3), "y" * 4, "Write at most 3 characters."),
    ],
)
def test_each_fault_says_what_the_field_takes(field: Field, text: str, says: str) -> None:
    with pytest.raises(BadExtra) as fault:
        extras.to_value(field, text)
    assert words_of(fault.value) == says


def test_what_was_typed_is_not_repeated() -> None:
    fields: list[Any] = [Field("a", "A", kind=kind) for kind in ("integer", "boolean", "object", "list")]
    for field in fields:
        with pytest.raises(BadExtra) as fault:
            extras.to_value(field, "typed-by-mistake")
        assert "typed-by-mistake" not in words_of(fault.value)
