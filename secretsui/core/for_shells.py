"""A connection for what is typed into a shell, and for the files that look as if they were."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from secretsui.core import quoting
from secretsui.core.environment import is_exportable
from secretsui.core.pieces import Piece, quoted
from secretsui.core.rendering import Pieces, Rendering, Subject

_CLI_ID: Final = re.compile(r"[\w.-]{1,200}")

# Such a name would end where nobody means it to.
_NO_NAME: Final = re.compile(r"[=\x00-\x1f\x7f]")

NO_VARIABLE: Final = "No environment variable can have this name. Give the connection another id."
NOT_EXPORTABLE: Final = (
    "No shell can set a variable of this name. Give the connection another id, or hand it over in JSON."
)
HISTORY: Final = "What is typed into a shell stays in its history."
ARGUMENTS: Final = "What is typed into a shell stays in its history, and others on the machine can see the arguments."
DOCKER_QUOTES: Final = (
    "For docker run --env-file leave out the two single quotes: it takes them for a part of the value."
)
CLI_ID: Final = "The command takes ids of letters, digits, dots, dashes and underscores, 200 at most."
CLI_TYPE: Final = "The command takes no connection without a type."
EXISTING: Final = "This is for a secret that exists; for a new one use create-secret with --name."


def environment(subject: Subject) -> Rendering:
    pieces = [Piece("export "), *_assigned(subject, subject.value)]
    return _of_variable("environment", "Environment", subject, pieces, HISTORY)


def dotenv(subject: Subject) -> Rendering:
    """Between single quotes every reader of such files takes the rest as it is, if there is nothing special in it."""
    return _of_variable("dotenv", ".env", subject, _assigned(subject, subject.harmless), DOCKER_QUOTES)


def _assigned(subject: Subject, value: Pieces) -> Pieces:
    return [Piece(quoting.shell(subject.variable), "key"), Piece("="), *_word(value)]


def _of_variable(name: str, label: str, subject: Subject, pieces: Pieces, note: str) -> Rendering:
    if _NO_NAME.search(subject.variable):
        return Rendering(name, label, (), (NO_VARIABLE,))
    return Rendering(name, label, pieces, [*subject.notes, *_exportable(subject), note])


def _exportable(subject: Subject) -> Iterator[str]:
    if not is_exportable(subject.variable):
        yield NOT_EXPORTABLE


def cli(subject: Subject) -> Rendering:
    named = Piece(quoting.shell(subject.conn_id), "key")
    value = [Piece(f" \\\n  --conn-{'json' if subject.is_json else 'uri'} "), *_word(subject.value)]
    start = Piece("airflow connections add")
    pieces = [start, Piece(" "), named, *value]
    if subject.conn_id.startswith("-"):
        pieces = [start, *value, Piece(" \\\n  -- "), named]
    return Rendering("cli", "Airflow CLI", pieces, [*subject.notes, *_refused(subject), ARGUMENTS])


def _refused(subject: Subject) -> Iterator[str]:
    if not _CLI_ID.fullmatch(subject.conn_id):
        yield CLI_ID
    if not subject.conn.conn_type:
        yield CLI_TYPE


def aws(subject: Subject) -> Rendering:
    """`printf` is a part of the shell, so that the value is nobody's argument."""
    region = f" \\\n  --region {quoting.shell(subject.region)}" if subject.region else ""
    pieces = [
        Piece("printf '%s' "),
        *_word(subject.value),
        Piece(" |\naws secretsmanager put-secret-value \\\n  --secret-id="),
        Piece(quoting.shell(subject.secret_name), "key"),
        Piece(f"{region} \\\n  --secret-string file:///dev/stdin\n"),
    ]
    return Rendering("aws", "AWS CLI", pieces, [*subject.notes, EXISTING, HISTORY])


def _word(value: Pieces) -> Pieces:
    return [Piece("'"), *quoted(value, quoting.shell_inside), Piece("'")]
