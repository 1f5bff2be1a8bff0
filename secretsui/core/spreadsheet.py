"""Cells that a spreadsheet shows and does not run."""

from __future__ import annotations


def cell(value: object) -> str:
    """What begins like a formula gets an apostrophe in front."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
