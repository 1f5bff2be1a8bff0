"""Build, take apart and convert connections from a shell.

With fields it builds a connection. With a SOURCE (a file, or - for standard input) it takes one from a URI, JSON, an
environment line, a command, Terraform or Python. With both, the fields take the place of what the source says; without
either it reads standard input. Secrets come from files or standard input only.

Exit status: 0 done; 1 the connection cannot be read or written, or with --check is not read alike by every Airflow;
2 the command is not called as it should be.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Never, NoReturn, cast

from secretsui.core import codec, renderings
from secretsui.core.codec_errors import SENTENCES
from secretsui.core.connection import Connection
from secretsui.core.construct import can_encode, normal_type
from secretsui.core.dialects import DIALECTS, Dialect
from secretsui.core.secrecy import Secrecy
from secretsui.core.sensitive import Sensitive

FORMS: Final = ("uri", "json", "rotation", "environment", "cli", "aws", "terraform", "python")
_OPEN: Final = ("conn_type", "host", "schema")
_SECRET: Final = ("login", "password", "extra")
_REFUSED: Final[Mapping[str, str]] = {
    "--password": "give --password-file FILE, or --password-file - for standard input",
    "--login": "give --login-file FILE, or --login-file - for standard input",
    "--extra": "give --extra-file FILE, or --extra-file - for standard input",
    "--uri": "give the URI in a file, or on standard input",
    "--json": "give the JSON in a file, or on standard input",
}
_MOST: Final = 1 << 20


class Failed(Exception):
    """In words without a value, for standard error."""


class Parser(argparse.ArgumentParser):
    """Complains without repeating what was typed, which may be a secret in the wrong place."""

    def error(self, message: str) -> NoReturn:
        super().error(re.sub(r"'.*'", "…", message, flags=re.DOTALL))


class Refuse(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, _space: object, _values: object, option: Any = None) -> Never:
        parser.exit(
            2, f"{option} would leave a secret in the shell's history and the list of processes: {_REFUSED[option]}.\n"
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="a file, or - for standard input")
    parser.add_argument("--from", dest="form", metavar="FORM", help=f"what the source must be: {', '.join(FORMS)}")
    parser.add_argument("--to", metavar="FORM", help=f"uri (unless said otherwise) or {', '.join(renderings.IDS[1:])}")
    parser.add_argument(
        "--airflow", default="3.3", metavar="VERSION", help=f"{', '.join(DIALECTS)}: who reads and writes"
    )
    parser.add_argument("--check", action="store_true", help="print nothing; is it read alike by every Airflow?")
    parser.add_argument(
        "--written-as", default="json", metavar="FORM", help="json or uri: what a command or a file carries"
    )
    parser.add_argument("--conn-id", default="", metavar="ID", help="for the forms that name it")
    for field in (*_OPEN, "port"):
        parser.add_argument(f"--{field.replace('_', '-')}", dest=field, metavar=field.upper())
    for field in _SECRET:
        parser.add_argument(f"--{field}-file", metavar="FILE", help=f"holds the {field}; - for standard input")
    for flag in _REFUSED:
        parser.add_argument(flag, action=Refuse, nargs="?", help=argparse.SUPPRESS)


def main(arguments: Sequence[str]) -> int:
    parser = Parser("manage.py connection_uri", description=__doc__, allow_abbrev=False)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add_arguments(parser)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        named = [word.partition("=")[0] for word in unknown if word.startswith("--")]
        parser.error(f"unknown arguments{' ' + ' '.join(named) if named else ''}")
    if problem := misuse(options):
        parser.error(problem)
    return run(options)


def misuse(options: argparse.Namespace) -> str:
    """What is wrong with how the command is called, "" if nothing."""
    source = options.source or ""
    inputs = [source, *(getattr(options, f"{field}_file") for field in _SECRET)]
    checks = {
        "SOURCE is a file or -, not the value itself": "://" in source or source.lstrip().startswith("{"),
        "only one of SOURCE and the files can be standard input": inputs.count("-") > 1,
        f"--from is one of {', '.join(FORMS)}": options.form not in (None, *FORMS),
        f"--to is one of {', '.join(renderings.IDS)}": options.to not in (None, *renderings.IDS),
        f"--airflow is one of {', '.join(DIALECTS)}": options.airflow not in DIALECTS,
        "--written-as is json or uri": options.written_as not in ("json", "uri"),
        "--port is a whole number from 1 to 65535": options.port is not None and not _is_port(options.port),
        "--from needs a SOURCE": bool(options.form and not source and _has_fields(options)),
        "the arguments are not UTF-8": not all(
            can_encode(text) for text in vars(options).values() if isinstance(text, str)
        ),
    }
    return next((problem for problem, applies in checks.items() if applies), "")


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= 65_535


def _has_fields(options: argparse.Namespace) -> bool:
    names = (*_OPEN, "port", *(f"{field}_file" for field in _SECRET))
    return any(getattr(options, name) is not None for name in names)


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """The connection that is meant, and the text that was given for it, if that is not changed by any field."""

    conn: Connection
    conn_id: str
    text: str = ""


def _say(message: object) -> None:
    sys.stderr.write(f"{message}\n")


def run(options: argparse.Namespace) -> int:
    try:
        given = _given(options)
        return _check(given, options) if options.check else _print(given, options)
    except Failed as failure:
        _say(failure)
    except BrokenPipeError:
        # Nobody reads any more; keep Python from flushing into the closed pipe when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except KeyboardInterrupt:
        return 130
    return 1


def _given(options: argparse.Namespace) -> Given:
    changes = _changes(options)
    if not options.source and changes:
        return Given(replace(Connection(), **changes), options.conn_id)
    from secretsui.core import pasted  # takes as long as all the rest

    found = pasted.read(_text(options.source or "-"), first=options.airflow)
    if found.connection is None:
        raise Failed(pasted.SENTENCES.get(found.problem) or SENTENCES[found.problem])
    if options.form and options.form != found.form:
        raise Failed(f"This is not {options.form}, it looks like {found.form}.")
    conn_id = options.conn_id or found.conn_id
    if changes:
        return Given(replace(found.connection, **changes), conn_id)
    return Given(found.connection, conn_id, found.text.reveal())


def _changes(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {name: value for name in _OPEN if (value := getattr(options, name)) is not None}
    if options.conn_type:
        found["conn_type"] = normal_type(options.conn_type)
    if options.port:
        found["port"] = int(options.port)
    for field in _SECRET:
        if (file := getattr(options, f"{field}_file")) is not None:
            # Editors and `echo` end a file with a line break that nobody means.
            text = _text(file)
            found[field] = Sensitive(text.removesuffix("\n").removesuffix("\r"))
    return found


def _text(file: str) -> str:
    try:
        found = sys.stdin.buffer.read(_MOST + 1) if file == "-" else _bytes_of(Path(file))
        if len(found) > _MOST:
            raise Failed("This is longer than any secret can be.")
        return found.decode()
    except OSError as failure:
        problem = f"The file cannot be read: {failure.strerror}."
    except UnicodeDecodeError:
        problem = "The text is not UTF-8."
    raise Failed(problem)


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST + 1)


def _rendering(given: Given, options: argparse.Namespace) -> renderings.Rendering:
    found = renderings.renderings(
        given.conn,
        conn_id=given.conn_id,
        dialect=cast("Dialect", options.airflow),
        written_as=options.written_as,
        secrecy=Secrecy(),
    )
    chosen = next(each for each in found if each.id == (options.to or "uri"))
    if not chosen.text:
        raise Failed(chosen.note)
    return chosen


def _print(given: Given, options: argparse.Namespace) -> int:
    chosen = _rendering(given, options)
    for note in chosen.notes:
        _say(note)
    sys.stdout.buffer.write(chosen.text.removesuffix("\n").encode() + b"\n")
    sys.stdout.buffer.flush()
    return 0


def _check(given: Given, options: argparse.Namespace) -> int:
    """Of the text as it was given; else of the URI or JSON that would be written."""
    if given.text and not options.to:
        text, reading = given.text, codec.decode if _is_plain(given.text) else codec.decode_secrets_manager
    else:
        text, reading = _carried(given, options), codec.decode
    from secretsui.core import agreement

    found = agreement.partings(text, given.conn, reading)
    for parting in found:
        _say(parting)
    return 1 if found else 0


def _is_plain(text: str) -> bool:
    """Does any Airflow read it as it stands, without the names that Secrets Manager alone takes?"""
    return any(_is_read(text, dialect) for dialect in DIALECTS)


def _is_read(text: str, dialect: Dialect) -> bool:
    try:
        codec.decode(text, dialect)
    except codec.DecodeError:
        return False
    return True


def _carried(given: Given, options: argparse.Namespace) -> str:
    form = options.to or "uri"
    if form not in ("uri", "json"):
        form = options.written_as
    return _rendering(given, argparse.Namespace(**{**vars(options), "to": form})).text
