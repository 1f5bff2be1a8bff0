"""Names of secrets as URL paths, kept apart from the `/-/` that introduces an action."""

from __future__ import annotations

MARK = "~"  # no store's name alphabet has it, and URLs carry it unescaped


class SecretPath:
    """A path converter that carries every name there and back.

    Browsers and proxies rewrite the segments ``.``, ``..`` and the empty one, and ``-`` would read as the start of an
    action, so those travel with a mark in front: ``a/-/edit`` is the action, ``a/~-/edit`` the secret ``a/-/edit``.
    """

    regex = r"(?!-(?:/|\Z))[^/]+(?:/(?!-(?:/|\Z))[^/]*)*"

    def to_python(self, value: str) -> str:
        return "/".join(segment.removeprefix(MARK) for segment in value.split("/"))

    def to_url(self, value: str) -> str:
        return "/".join(MARK + segment if is_special(segment) else segment for segment in value.split("/"))


def is_special(segment: str) -> bool:
    return segment in ("", ".", "..", "-") or segment.startswith(MARK)
