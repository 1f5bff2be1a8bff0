"""Keys that a fresh installation makes for itself, and the folder that only its owner may look into."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept_key(path: Path) -> str:
    """The key in this file; made on first use, readable by its owner alone."""
    return _read(path) or _made(path)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""


def _made(path: Path) -> str:
    """Never there without its content: another process could take an empty file for an empty key."""
    private_folder(path.parent)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        _put(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return _read(path)


def _put(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:  # another process was first, or left it empty when it was cut off
        if not _read(path):
            draft.replace(path)


def private_folder(path: Path) -> Path:
    """Made with the parents that are missing. One that is there keeps its rights: they are its owner's decision."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    return path
