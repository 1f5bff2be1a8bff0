"""The text twin of a mail."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from django.utils.translation import gettext as _

from secretsui.audits.telling import Row, Said, Titled

WIDTH: Final = 78


def text(said: Said) -> str:
    return "\n".join(_lines(said)) + "\n"


def _lines(said: Said) -> Iterator[str]:
    yield from ("secretsui", said.run, "", said.title)
    if said.warning:
        yield from _warning(said)
    yield from ("", " | ".join(f"{label} {number}" for number, label in said.numbers))
    for each in said.lists:
        if each.shown.rows:
            yield from _list(each)
    for title, remarks in said.remarks:
        yield from ("", "", title.upper(), "")
        for remark in remarks:
            yield from _wrapped(remark)
    if said.lines.rows:
        yield from ("", "", _("Per deployment").upper(), "", *_table(said))
    yield from ("", "", f"{said.open_label}: {said.open_audit}", "", *_wrapped(" ".join(said.about), ""))
    yield from (f"{label}: {url}" for label, url in said.foot)


def _warning(said: Said) -> Iterator[str]:
    yield from ("", *_wrapped(said.warning, ""))
    for gap in said.gaps.rows:
        yield from _wrapped(gap)
    if said.gaps.is_cut:
        yield from _wrapped(_("The page of the audit has the others."))


def _list(each: Titled) -> Iterator[str]:
    yield from ("", "", each.title.upper())
    if each.shown.is_cut:
        yield each.cut
    for row in each.shown.rows:
        yield from _row(row)


def _row(row: Row) -> Iterator[str]:
    yield ""
    yield f"[{row.severity.upper()}] {row.name}" + (f" ({row.place})" if row.place else "")
    yield from _wrapped(row.sentence)
    yield from (f"  {row.about}", f"  {row.url}")


def _table(said: Said) -> Iterator[str]:
    rows = [said.columns, *([name, *cells] for name, cells in said.lines.rows)]
    wide = [max(len(row[number]) for row in rows) for number in range(len(said.columns))]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip()


def _wrapped(line: str, indent: str = "  ") -> Iterator[str]:
    """An address or a long name is kept whole."""
    yield from wrap(line, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
