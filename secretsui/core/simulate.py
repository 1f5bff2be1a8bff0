"""JSON lines in, JSON lines out: what Airflow would make of a connection, a URI or a JSON text, and which one it finds.

One object per line: `op` (get_uri, as_json, parse_uri or from_json) with its `conn`, `uri` or `text`, and `airflow`,
which is "2.11", "3.3" (the default) or "3.3-sdk"; resolve_connection and resolve_variable are in `simulate_lookup`.
The answers come in order and echo `id`. A failure is `{"error": class, "message": words}` with the class that Airflow
raises; no message quotes a value.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from secretsui.core import construct, execution_api, json_form, json_text, simulate_lookup, uri_writer
from secretsui.core.codec_errors import CodecError, DecodeError, EncodeError
from secretsui.core.connection import Connection, plain
from secretsui.core.dialects import DIALECTS, RULES, Dialect
from secretsui.core.json_extra import extra_object
from secretsui.core.sensitive import Sensitive

Case = Mapping[str, Any]
Answer = dict[str, Any]

DEFAULT_CONN_ID: Final = "oracle"
_CHUNK: Final = 1 << 16


def get_uri(case: Case, dialect: Dialect) -> Answer:
    return {"uri": uri_writer.write(_constructed(case, dialect), RULES[dialect])}


def as_json(case: Case, dialect: Dialect) -> Answer:
    return {"json": json_form.write(_constructed(case, dialect), dialect)}


def parse_uri(case: Case, dialect: Dialect) -> Answer:
    conn_id = case.get("conn_id", DEFAULT_CONN_ID)
    uri = _required(case, "uri")
    if RULES[dialect].is_model:
        return describe(construct.construct({"uri": uri}, dialect, conn_id), dialect, conn_id)
    return describe(construct.from_uri(uri, RULES[dialect]), dialect, conn_id)


def from_json(case: Case, dialect: Dialect) -> Answer:
    conn_id = case.get("conn_id", DEFAULT_CONN_ID)
    text = _required(case, "text")
    if not isinstance(text, str):
        raise DecodeError("TypeError", "wrong-type", "text")
    return describe(json_form.read(text, dialect, conn_id), dialect, conn_id)


def resolve_connection(case: Case, dialect: Dialect) -> Answer:
    conn_id = _required(case, "conn_id")
    found = simulate_lookup.resolution(case, dialect, "connection", conn_id)
    told = simulate_lookup.told(found)
    if not isinstance(found.value, Connection):
        del told["source"]
        return {"error": "AirflowNotFoundException", "message": "No source has this connection.", **told}
    if simulate_lookup.process_of(case) == "task":
        known_as = execution_api.heard("connection", conn_id) if "server_trace" in told else conn_id
        return {**describe(found.value, "3.3-sdk", known_as), **told}
    return {**describe(found.value, dialect, conn_id), **told}


def resolve_variable(case: Case, dialect: Dialect) -> Answer:
    found = simulate_lookup.resolution(case, dialect, "variable", _required(case, "key"))
    value = plain(found.value) if isinstance(found.value, Sensitive) else None
    return {"value": value, **simulate_lookup.told(found)}


OPS: Final[Mapping[str, Callable[[Case, Dialect], Answer]]] = {
    "get_uri": get_uri,
    "as_json": as_json,
    "parse_uri": parse_uri,
    "from_json": from_json,
    "resolve_connection": resolve_connection,
    "resolve_variable": resolve_variable,
}


def _required(case: Case, name: str) -> Any:
    if name in case:
        return case[name]
    raise DecodeError("KeyError", "bad-request", name)


def _constructed(case: Case, dialect: Dialect) -> Connection:
    fields = _required(case, "conn")
    if not isinstance(fields, dict):
        raise DecodeError("TypeError", "wrong-type", "conn")
    conn_id = fields.get("conn_id", DEFAULT_CONN_ID)
    return construct.construct({name: fields[name] for name in fields if name != "conn_id"}, dialect, conn_id)


def describe(conn: Connection, dialect: Dialect, conn_id: object) -> Answer:
    """Everything about a connection; what cannot be computed is null, with the reason beside it."""
    rules = RULES[dialect]
    answer: Answer = {
        "conn_id": construct.kept_conn_id(conn_id, dialect),
        "conn_type": conn.conn_type,
        "description": conn.description,
        "host": conn.host,
        "login": plain(conn.login),
        "password": plain(conn.password),
        "schema": conn.schema,
        "port": conn.port,
        "extra": plain(conn.extra),
    }
    try:
        answer["extra_dejson"] = extra_object(conn.extra, rules)
    except CodecError as failure:
        answer |= {"extra_dejson": None, "extra_dejson_error": f"{failure.airflow_class}: {failure}"}
    try:
        answer["uri"] = uri_writer.write(conn, rules)
    except CodecError as failure:
        answer |= {"uri": None, "uri_error": f"{failure.airflow_class}: {failure}"}
    return answer


def answer(case: object) -> Answer:
    if not isinstance(case, dict):
        return {"error": "BadInput", "message": "A line must hold one JSON object."}
    result = _answer(case)
    return {"id": case["id"], **result} if "id" in case else result


def _answer(case: Case) -> Answer:
    op, airflow = case.get("op"), case.get("airflow", "3.3")
    method = OPS.get(op) if isinstance(op, str) else None
    if method is None:
        return {"error": "UnknownOp", "message": f"The op must be one of {', '.join(OPS)}."}
    if airflow == "3.3" and case.get("impl") == "sdk":
        airflow = "3.3-sdk"
    if airflow not in DIALECTS:
        return {"error": "BadInput", "message": f"airflow must be one of {', '.join(DIALECTS)}."}
    try:
        return method(case, airflow)
    except CodecError as failure:
        return {"error": failure.airflow_class, "message": str(failure)}
    except simulate_lookup.CannotAnswer as failure:
        return {"error": failure.airflow_class, "message": str(failure)}


def answer_line(line: bytes) -> str:
    try:
        case = json_text.load(line.decode(), DecodeError)
    except UnicodeDecodeError:
        return json.dumps({"error": "BadInput", "message": "The line is not UTF-8."})
    except DecodeError as failure:
        return json.dumps({"error": "BadInput", "message": str(failure)})
    try:
        return json_text.dump(answer(case), EncodeError)
    except EncodeError as failure:
        return json.dumps({"error": failure.airflow_class, "message": str(failure)})


def serve(read: Callable[[], bytes], write: Callable[[str], object]) -> None:
    """Answer what each `read` brings in one `write`, so that a peer who waits for an answer gets it."""
    rest = b""
    while chunk := read():
        *lines, rest = (rest + chunk).split(b"\n")
        if answers := [answer_line(line) for line in lines if line.strip()]:
            write("\n".join(answers) + "\n")
    if rest.strip():
        write(answer_line(rest) + "\n")


def main() -> int:
    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    try:
        serve(lambda: os.read(0, _CHUNK), write)
    except BrokenPipeError:
        # Nobody reads any more; keep Python from flushing into the closed pipe when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except KeyboardInterrupt:
        return 130
    return 0
