from __future__ import annotations

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile

from secretsui.web.uploads import LIMIT, ByName, InMemory, text_of


def test_a_file_is_found_by_whatever_path_leads_to_it() -> None:
    files = ByName({"web.env": "A=1"})
    assert files["./conf/web.env"] == files["arn:aws:s3:::bucket/web.env"] == "A=1"
    assert files.get(".env", "") == ""
    assert "other/app.env" not in files


@pytest.mark.parametrize(
    ("content", "text"), [(b"\xef\xbb\xbfA=\xc3\xa9", "A=é"), (b"", ""), (b"\xff\xfe", None), (b"A=\xe9", None)]
)
def test_only_utf8_is_text(content: bytes, text: str | None) -> None:
    assert text_of(SimpleUploadedFile("x", content)) == text


def test_what_is_too_large_for_memory_is_refused_rather_than_written() -> None:
    handler = InMemory()
    handler.handle_raw_input(None, {}, LIMIT, b"")
    assert handler.activated
    with pytest.raises(RequestDataTooBig):
        handler.handle_raw_input(None, {}, LIMIT + 1, b"")
