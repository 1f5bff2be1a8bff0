from __future__ import annotations

import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.core.variable import Variable


@pytest.mark.parametrize(
    ("text", "form", "keys"),
    [
        ('{"b": 1, "a": {"c": 2}}', "json", ("b", "a")),
        ("[1, 2]", "json", ()),
        (' {"a": 1} ', "json", ("a",)),
        ("5", "text", ()),
        ('"quoted"', "text", ()),
        ("{{ macro }}", "text", ()),
        ("", "text", ()),
        ("[" * 100_000, "text", ()),
        ("1" * 5000, "text", ()),
    ],
)
def test_a_variable_is_json_if_it_has_parts(text: str, form: str, keys: tuple[str, ...]) -> None:
    variable = Variable(Sensitive(text))
    assert (variable.form, variable.keys) == (form, keys)


def test_a_part_is_its_text_or_its_json() -> None:
    variable = Variable(Sensitive('{"a": "x", "b": {"c": null}, "n": null}'))
    parts = {key: part.reveal() for key in variable.keys if (part := variable.part(key))}
    assert parts == {"a": "x", "b": '{"c": null}', "n": "null"}
    assert variable.part("absent") is None
    assert Variable(Sensitive("x")).part("a") is None
