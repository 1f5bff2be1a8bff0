"""The text that the list's search and its tag filter look in: one line per fact, in lower case.

    name, description, tabulator + k=v for each tag, endpoint

No other line can begin with a tabulator, so a filter finds exactly the tag it names.
"""

from __future__ import annotations

from collections.abc import Mapping


def compose(name: str, description: str, tags: Mapping[str, str], endpoint: str) -> str:
    lines = [_line(name), _line(description), *(tag_line(key, value) for key, value in sorted(tags.items()))]
    return "\n".join([*lines, _line(endpoint)])


def with_endpoint(search: str, endpoint: str) -> str:
    """The same text with another last line."""
    return search.rpartition("\n")[0] + "\n" + _line(endpoint)


def tag_line(key: str, value: str) -> str:
    return "\t" + _line(f"{key}={value}")


def _line(text: str) -> str:
    return " ".join(text.lower().split())
