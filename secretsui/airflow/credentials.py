"""Where the credential for an Airflow is kept, and what it holds. Only the reference is ever stored.

A reference is `env:NAME`, `file:PATH` or the ARN of a secret. Environment names and files are fenced in, so that who
may enter a reference cannot have the server send any other of its secrets to an address of their choice. The folder is
one for this purpose alone: beside it, Docker and Kubernetes keep the server's own keys and tokens.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from secretsui.airflow.errors import ApiError, NoCredential
from secretsui.core.sensitive import Sensitive

T = TypeVar("T")
ReadSecret = Callable[[str], Sensitive]

START: Final = "SECRETSUI_CREDENTIAL_"
FOLDER_SETTING: Final = "SECRETSUI_CREDENTIALS_DIR"
FOLDER: Final = "/run/secrets/secretsui"
MAX_SIZE: Final = 65_536

_ENV: Final = re.compile(rf"env:({START}[A-Z0-9_]+)")
_FILE: Final = re.compile(r"file:(\S.*)")
_ARN: Final = re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+")
_FILE_FORM: Final = "Write file: and a path below the credentials folder."
_FORM: Final = f"Write env:{START}NAME, file: and a path below the credentials folder, or the ARN of a secret."


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    password: Sensitive


def resolve(reference: str, read_secret: ReadSecret | None = None) -> Sensitive:
    """What the reference leads to, without blanks around it. `read_secret` reads a secret by its ARN."""
    content = Sensitive(_read(reference.strip(), read_secret).reveal().strip())
    if not content:
        raise NoCredential("The credential is empty.", remedy="Fill it, or name another one.", code="empty")
    return content


def path_of(reference: str) -> Path:
    """Of a file: reference the path, for what has to be read by its path, such as a certificate."""
    match = _FILE.fullmatch(reference.strip())
    if match is None:
        raise NoCredential("This is no reference to a file.", remedy=_FILE_FORM, code="form")
    return _opened(match[1], _checked)


def check(reference: str) -> ApiError | None:
    """What is wrong with a reference, as far as that can be told without asking a cloud; None if nothing is."""
    try:
        if not is_arn(reference):
            resolve(reference)
    except ApiError as problem:
        return problem.with_traceback(None)
    return None


def is_arn(reference: str) -> bool:
    return _ARN.fullmatch(reference.strip()) is not None


def login(content: Sensitive) -> Login:
    """The user and password in a credential: `user:password`, or JSON with `username` and `password`."""
    found = _of_json(content) or _of_text(content)
    if found is None:  # told here, where no frame holds the text
        raise NoCredential(
            "The credential holds no user and password.",
            remedy='Write it as user:password or {"username": "…", "password": "…"}, or sign in with a token.',
            code="form",
        )
    return found


def _of_text(content: Sensitive) -> Login | None:
    username, _, password = content.reveal().partition(":")
    return Login(username, Sensitive(password)) if username and password and not username.startswith("{") else None


def _of_json(content: Sensitive) -> Login | None:
    try:
        found = json.loads(content.reveal())
    except (ValueError, RecursionError):
        return None
    username, password = (found.get(name) for name in ("username", "password")) if isinstance(found, dict) else ("", "")
    if not (isinstance(username, str) and isinstance(password, str) and username):
        return None
    return Login(username, Sensitive(password))


def _read(reference: str, read_secret: ReadSecret | None) -> Sensitive:
    if match := _ENV.fullmatch(reference):
        return _from_environment(match[1])
    if match := _FILE.fullmatch(reference):
        return _from_file(match[1])
    if is_arn(reference) and read_secret:
        return read_secret(reference)
    raise NoCredential("This is no reference to a credential.", remedy=_FORM, code="form")


def _from_environment(name: str) -> Sensitive:
    if name not in os.environ:
        raise NoCredential(
            f"The environment of this server has no {name}.",
            remedy=f"Set {name} where secretsui and its workers run.",
            code="absent",
        )
    return Sensitive(os.environ[name])


def _from_file(name: str) -> Sensitive:
    return _opened(name, lambda path: Sensitive(_content(path)))


def _opened(name: str, use: Callable[[Path], T]) -> T:
    """What is made of a file that was found to lie in the folder and to be readable."""
    folder = Path(os.environ.get(FOLDER_SETTING) or FOLDER).resolve()
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder) or path in _own_files():
            raise _outside(folder)
        return use(path)
    except (OSError, ValueError, RuntimeError):  # a name with a NUL, a loop of links
        reason = NoCredential(
            "The file of the credential cannot be read.",
            remedy=f"Put it below {folder}, readable for secretsui and its workers, as UTF-8 of at most 64 KiB.",
            code="absent",
        )
    raise reason


def _own_files() -> set[Path]:
    """What this server reads for itself, such as its keys and the token of its pod."""
    return {Path(value).resolve() for name, value in os.environ.items() if name.endswith("_FILE") and value}


def _content(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_SIZE + 1)
    if len(content) > MAX_SIZE:
        raise ValueError
    return content.decode()


def _checked(path: Path) -> Path:
    _content(path)
    return path


def _outside(folder: Path) -> NoCredential:
    return NoCredential(
        "The file of the credential is not in the folder for credentials, or it is one of this server's own.",
        remedy=f"Put one for this purpose below {folder}, or set {FOLDER_SETTING}.",
        code="outside",
    )
