"""What Airflow's own command line, environment and class make of a form: JSON lines in, fields out."""

import contextlib
import io
import json
import os
import sys


def from_command(arguments):
    from airflow.cli import cli_parser
    from airflow.models.connection import Connection

    args = cli_parser.get_parser().parse_args(arguments)
    assert args.subcommand == "add"
    if args.conn_uri:
        return Connection(conn_id=args.conn_id, uri=args.conn_uri)
    return Connection.from_json(conn_id=args.conn_id, value=args.conn_json)


def from_environment(name, value, conn_id):
    from airflow.secrets.environment_variables import EnvironmentVariablesBackend

    os.environ[name] = value
    try:
        return EnvironmentVariablesBackend().get_connection(conn_id)
    finally:
        del os.environ[name]


def from_python(text):
    space = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(text, space)
    # The first import of Airflow may print something, too.
    assert printed.getvalue().endswith(space["conn"].get_uri() + "\n")
    return space["conn"]


WAYS = {"command": from_command, "environment": from_environment, "python": from_python}


def main():
    for line in sys.stdin:
        question = json.loads(line)
        conn = WAYS[question["way"]](*question["with"])
        fields = ("conn_id", "conn_type", "host", "login", "password", "schema", "port", "extra")
        found = {name: getattr(conn, name) for name in fields}
        sys.stdout.write(json.dumps(found) + "\n")


main()
