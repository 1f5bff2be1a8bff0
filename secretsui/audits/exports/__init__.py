"""Findings for other programs and for keeping: never a value in any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.audits.exports.junit import as_junit
from secretsui.audits.exports.page import as_html
from secretsui.audits.exports.report import Line, Report
from secretsui.audits.exports.sarif import as_sarif
from secretsui.audits.exports.tables import as_csv, as_json


@dataclass(frozen=True, slots=True)
class Format:
    """`write` gives the file in pieces."""

    label: str | Promise
    content_type: str
    ending: str
    write: Callable[[Report], Iterator[str]]


FORMATS: Final[Mapping[str, Format]] = {
    "html": Format(_("HTML report"), "text/html; charset=utf-8", "html", as_html),
    "csv": Format(_("CSV"), "text/csv; charset=utf-8", "csv", as_csv),
    "json": Format(_("JSON"), "application/json; charset=utf-8", "json", as_json),
    "sarif": Format(_("SARIF"), "application/sarif+json; charset=utf-8", "sarif", as_sarif),
    "junit": Format(_("JUnit"), "application/xml; charset=utf-8", "xml", as_junit),
}

__all__ = ["FORMATS", "Format", "Line", "Report"]
