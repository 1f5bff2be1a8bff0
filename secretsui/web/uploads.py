"""Uploaded files, which are read in memory and never touch the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler

LIMIT: Final = 8_000_000  # of all that a form sends


class InMemory(MemoryFileUploadHandler):
    """Django would write what is larger to a temporary file."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *_more: Any) -> None:  # noqa: N803
        if content_length > LIMIT:
            raise RequestDataTooBig
        self.activated = True


def text_of(file: UploadedFile[Any]) -> str | None:
    """None where it is no UTF-8 text."""
    try:
        text: str = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return text


class ByName(Mapping[str, str]):
    """Texts of files, found by whatever path or ARN another file has for them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __getitem__(self, path: str) -> str:
        return self._texts[PurePosixPath(path).name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
