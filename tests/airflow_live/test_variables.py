"""What a DAG gets from a variable, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from secretsui.core import json_text
from secretsui.core.codec import DIALECTS, DecodeError, Dialect
from secretsui.core.construct import can_encode
from secretsui.core.sensitive import Sensitive
from secretsui.core.variable_reading import json_value, oddities
from tests.airflow_live.cases import EXTRAS, JSON_TEXTS, LONG, Maker
from tests.airflow_live.conftest import Ask

pytestmark = pytest.mark.airflow_live

TEXTS = [
    *JSON_TEXTS,
    *EXTRAS,
    *LONG,
    '"mystring"',
    "'mystring'",
    '"two\nlines"',
    '"C:\\data"',
    "\ufeff{}",
    '{"a": 1}\n',
    "\n\n5\n",
    " ",
    "[1,]",
    "{'a': 1}",
    '{"a": 1, "a": {"b": 2, "b": 3}}',
    "0.1234567890123456789",
    "1e-400",
    "-Infinity",
    "[NaN]",
    '["\\ud83d\\ude00"]',
    '{"password": "\\udfff"}',
    '{"\\ud800": 1}',
    '"\\u0000"',
    "[" * 900 + "]" * 900,
]


def ours(text: str, dialect: Dialect) -> Mapping[str, Any]:
    secret = Sensitive(text)
    try:
        type_name = json_value(secret).type_name
    except DecodeError as failure:
        return {"text": text, **_not_read(failure.airflow_class, dialect)}
    if dialect == "2.11" and any(each.code == "half-character" for each in oddities(secret)):
        return {"text": text, **_not_read("UnicodeEncodeError", dialect)}
    spelled = json.dumps(json_text.load(text, DecodeError))
    return {"text": text, "json": spelled, "type": type_name.replace("None", "NoneType"), "or_default": False}


def _not_read(airflow_class: str, dialect: Dialect) -> Mapping[str, Any]:
    """A task of Airflow 3 takes such a variable for one that is not there."""
    is_task = dialect == "3.3-sdk"
    return {"json_error": "AirflowRuntimeError" if is_task else airflow_class, "or_default": is_task}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_variable_is_read_as_the_form_says(dialect: Dialect, ask_airflow: Ask, seed: int, count: int) -> None:
    maker = Maker(seed)
    made = TEXTS + [maker.json_text() if maker.chance(0.8) else maker.text() for _ in range(count // 5)]
    texts = [text for text in made if can_encode(text)]  # no other is ever stored
    theirs = ask_airflow(dialect, [{"op": "read_variable", "text": text} for text in texts])
    wrong = [
        (text[:200], their)
        for text, their in zip(texts, theirs, strict=True)
        if {name: value for name, value in their.items() if name != "warnings"} != ours(text, dialect)
    ]
    assert not wrong, f"{len(wrong)} of {len(texts)} differ, SECRETSUI_SEED={seed}, such as {wrong[:5]}"
