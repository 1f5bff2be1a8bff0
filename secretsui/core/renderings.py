"""A connection in every form in which somebody writes one down, each of them exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from secretsui.core import codec, json_pieces, quoting, uri_pieces
from secretsui.core.codec_errors import CodecError
from secretsui.core.compare import compare
from secretsui.core.connection import Connection
from secretsui.core.dialects import DIALECTS, Dialect
from secretsui.core.environment import is_exportable, variable_of
from secretsui.core.pieces import Piece, Tone, masked, quoted, real
from secretsui.core.secrecy import Secrecy

__all__ = ["IDS", "Piece", "Rendering", "Tone", "renderings", "survives"]

WrittenAs = Literal["json", "uri"]
Pieces = Sequence[Piece]

PLACEHOLDER: Final = "my_conn"
_HARMLESS_URI: Final = re.compile(r"[A-Za-z0-9_.~%:/@?&=+-]*")
_CLI_ID: Final = re.compile(r"[\w.-]{1,200}")
_KUBERNETES_NAME: Final = re.compile(r"[-._A-Za-z0-9]{1,253}")
_HELM_HEAD: Final = """\
extraEnvFrom: |
  - secretRef:
      name: '{{ .Release.Name }}-airflow-connections'
extraSecrets:
  '{{ .Release.Name }}-airflow-connections':
    stringData: |
      """
_NOT_IN_HCL_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")

NO_URI: Final = "Airflow cannot write this connection as a URI."
URI_DIFFERS: Final = "Not every Airflow reads this URI as it is meant. The JSON is safe."
INSTEAD: Final = "This carries the JSON, because not every Airflow would read the URI as it is meant."
JSON_DIFFERS: Final = "Not every Airflow reads this connection as it is meant, whichever way it is written."
NOT_EXPORTABLE: Final = (
    "No shell can set a variable of this name. Hand it to the process by other means or change the id."
)
HISTORY: Final = "What is typed into a shell stays in its history; other users of the machine may see the arguments."
HISTORY_ONLY: Final = "What is typed into a shell stays in its history."
DOCKER_QUOTES: Final = (
    "For docker run --env-file leave out the two single quotes: it takes them for a part of the value."
)
CLI_ID: Final = "The command takes ids of letters, digits, dots, dashes and underscores, 200 at most."
KUBERNETES_NAME: Final = "Kubernetes takes names of letters, digits, dots, dashes and underscores only."
HCL_STATE: Final = "Terraform keeps the value in its state in clear."


@dataclass(frozen=True, slots=True, repr=False)
class Rendering:
    """`notes` are whole sentences; what they warn of is true of this very text."""

    id: str
    label: str
    pieces: Pieces
    notes: Sequence[str] = ()

    @property
    def text(self) -> str:
        return real(self.pieces)

    @property
    def masked(self) -> str:
        return masked(self.pieces)

    @property
    def note(self) -> str:
        return " ".join(self.notes)

    def __repr__(self) -> str:
        return f"Rendering({self.id})"


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """What is written down: `value` on one line, without a character that cannot be seen."""

    conn: Connection
    conn_id: str
    secrecy: Secrecy
    value: Pieces
    is_json: bool
    notes: Sequence[str]
    secret_name: str
    region: str

    @property
    def variable(self) -> str:
        return variable_of(self.conn_id)

    @property
    def harmless(self) -> Pieces:
        return quoted(self.value, quoting.harmless_json) if self.is_json else self.value


def renderings(
    conn: Connection,
    *,
    conn_id: str,
    dialect: Dialect,
    written_as: WrittenAs,
    secret_name: str = "",
    region: str = "",
) -> Sequence[Rendering]:
    """All of them, in the order of `IDS`. Those of a tool carry JSON unless a URI is asked for and every Airflow reads
    it as it is meant.
    """
    secrecy = Secrecy(conn.conn_type)
    uri = _uri(conn, dialect, secrecy)
    as_uri = written_as == "uri" and uri.notes == ()
    conn_id = conn_id or PLACEHOLDER
    subject = Subject(
        conn=conn,
        conn_id=conn_id,
        secrecy=secrecy,
        value=uri.pieces if as_uri else json_pieces.pieces(conn, secrecy),
        is_json=not as_uri,
        notes=(INSTEAD,) if written_as == "uri" and not as_uri else (),
        secret_name=secret_name or f"airflow/connections/{conn_id}",
        region=region,
    )
    return [uri, _json(subject), *(write(subject) for write in _TOOLS)]


def survives(text: str, conn: Connection) -> bool:
    """Does every Airflow read this text as this connection?"""
    return all(_reads(text, conn, dialect) for dialect in DIALECTS)


def _reads(text: str, conn: Connection, dialect: Dialect) -> bool:
    try:
        found = codec.decode_secrets_manager(text, dialect)
    except CodecError:
        return False
    return all(each.state == "same" for each in compare(conn, found) if each.field != "description")


def _uri(conn: Connection, dialect: Dialect, secrecy: Secrecy) -> Rendering:
    try:
        pieces = uri_pieces.pieces(conn, dialect, secrecy)
    except CodecError:
        return Rendering("uri", "URI", (), (NO_URI,))
    text = real(pieces)
    is_safe = bool(_HARMLESS_URI.fullmatch(text)) and survives(text, conn)
    return Rendering("uri", "URI", pieces, () if is_safe else (URI_DIFFERS,))


def _json(subject: Subject) -> Rendering:
    pieces = json_pieces.pieces(subject.conn, subject.secrecy, indented=True)
    notes = () if survives(real(pieces), subject.conn) else (JSON_DIFFERS,)
    return Rendering("json", "JSON", pieces, notes)


def _in_shell(value: Pieces) -> Pieces:
    return [Piece("'"), *quoted(value, quoting.shell_inside), Piece("'")]


def _environment(subject: Subject) -> Rendering:
    name = subject.variable
    notes = [*subject.notes, *([] if is_exportable(name) else [NOT_EXPORTABLE]), HISTORY_ONLY]
    pieces = [Piece("export "), Piece(name, "key"), Piece("="), *_in_shell(subject.value)]
    return Rendering("environment", "Environment", pieces, notes)


def _cli(subject: Subject) -> Rendering:
    conn_id = subject.conn_id
    flag = "--conn-json" if subject.is_json else "--conn-uri"
    last = [Piece(f" \\\n  {flag} "), *_in_shell(subject.value)]
    named = Piece(quoting.shell(conn_id), "key")
    start = Piece("airflow connections add ")
    pieces = [start, named, *last]
    if conn_id.startswith("-"):
        pieces = [Piece("airflow connections add"), *last, Piece(" \\\n  -- "), named]
    notes = [*subject.notes, *([] if _CLI_ID.fullmatch(conn_id) else [CLI_ID]), HISTORY]
    return Rendering("cli", "Airflow CLI", pieces, notes)


def _dotenv(subject: Subject) -> Rendering:
    name = subject.variable
    pieces = [Piece(name, "key"), Piece("='"), *subject.harmless, Piece("'")]
    notes = [*subject.notes, *([] if is_exportable(name) else [NOT_EXPORTABLE]), DOCKER_QUOTES]
    return Rendering("dotenv", ".env", pieces, notes)


def _helm(subject: Subject) -> Rendering:
    name = subject.variable
    pieces = [Piece(_HELM_HEAD), Piece(quoting.yaml_key(name), "key"), Piece(": '"), *subject.harmless, Piece("'\n")]
    notes = [*subject.notes, *([] if _KUBERNETES_NAME.fullmatch(name) else [KUBERNETES_NAME])]
    return Rendering("helm", "Helm", pieces, notes)


def _terraform(subject: Subject) -> Rendering:
    name = _hcl_name(subject.conn_id)
    value = quoted(subject.harmless, _ascii_json) if subject.is_json else subject.value
    pieces = [
        Piece('resource "aws_secretsmanager_secret_version" "'),
        Piece(name, "key"),
        Piece(f'" {{\n  secret_id     = aws_secretsmanager_secret.{name}.id\n  secret_string = "'),
        *quoted(value, quoting.hcl_inside),
        Piece('"\n}\n'),
    ]
    return Rendering("terraform", "Terraform", pieces, [*subject.notes, HCL_STATE])


def _hcl_name(conn_id: str) -> str:
    name = _NOT_IN_HCL_NAME.sub("_", conn_id)
    return name if name[0].isalpha() or name[0] == "_" else f"_{name}"


def _ascii_json(text: str) -> str:
    """Terraform joins a letter and its accent into one character, so that no accent may reach it as such."""
    return re.sub(r"[^\x00-\x7f]", lambda found: ascii_json_escape(found[0]), text)


def ascii_json_escape(character: str) -> str:
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _aws(subject: Subject) -> Rendering:
    region = f" \\\n  --region {quoting.shell(subject.region)}" if subject.region else ""
    pieces = [
        Piece("printf '%s' "),
        *_in_shell(subject.value),
        Piece(" |\naws secretsmanager put-secret-value \\\n  --secret-id "),
        Piece(quoting.shell(subject.secret_name), "key"),
        Piece(f"{region} \\\n  --secret-string file:///dev/stdin\n"),
    ]
    return Rendering("aws", "AWS CLI", pieces, [*subject.notes, HISTORY_ONLY])


def _python(subject: Subject) -> Rendering:
    head = "from airflow.models.connection import Connection\n\nconn = Connection(\n"
    found = [Piece(head), *_argument("conn_id", subject.conn_id, "plain")]
    for name, value in json_pieces.members(subject.conn).items():
        found += _argument(name, value, "secret" if name == "extra" or subject.secrecy.hides(name) else "plain")
    return Rendering("python", "Python", [*found, Piece(")\nprint(conn.get_uri())\n")])


def _argument(name: str, value: Any, tone: Tone) -> Pieces:
    return [Piece(f"    {name}="), *_literal(value, tone), Piece(",\n")]


def _literal(value: Any, tone: Tone) -> Pieces:
    if isinstance(value, str):
        return [Piece('"'), Piece(quoting.python_inside(value), tone), Piece('"')]
    return [Piece(repr(value), tone)]


_TOOLS: Final[Sequence[Callable[[Subject], Rendering]]] = (
    _environment, _cli, _dotenv, _helm, _terraform, _aws, _python,
)  # fmt: skip
IDS: Final = ("uri", "json", "environment", "cli", "dotenv", "helm", "terraform", "aws", "python")
