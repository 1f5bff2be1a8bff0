"""The quick ways give what the standard library gives."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl
from urllib.parse import unquote as slowly

from hypothesis import given
from hypothesis import strategies as st

from secretsui.core import json_text, uri_parts

PIECES = ["%", "%4", "0", "%2f", "%2F", "%C3%A9", "%e9", "%0a", "%7F", "%80", "%zz", "é", "a", "+", "=", "&"]
quoted = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)


@given(quoted | st.text(max_size=8))
def test_a_text_is_unquoted_as_by_urllib(text: str) -> None:
    assert uri_parts.unquote(text) == slowly(text)


@given(quoted)
def test_parameters_are_those_of_urllib(query: str) -> None:
    assert list(uri_parts.parameters(query)) == parse_qsl(query, keep_blank_values=True, max_num_fields=None)


@given(st.dictionaries(st.text(max_size=4) | quoted, st.text(max_size=8)))
def test_texts_are_dumped_as_by_json(found: dict[str, str]) -> None:
    assert json_text.dump_texts(found) == json.dumps(found)
