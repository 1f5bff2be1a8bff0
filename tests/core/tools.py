"""What the tools make of a rendering: the real ones where the machine has them, else readers of their grammar."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

TEMPLATE = "{{ .Release.Name }}"


def run(script: str, shell: str = "sh") -> list[str]:
    """What a script prints, up to each NUL."""
    done = subprocess.run([shell], input=script.encode(), capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode().split("\0")[:-1]


def run_quietly(script: str) -> str:
    """What a script prints that may well fail."""
    return subprocess.run(["sh"], input=script.encode(), capture_output=True).stdout.decode()


def exported(text: str, name: str, shell: str = "sh") -> str:
    (value,) = run(f'{text}\nsh -c \'printf "%s\\0" "${name}"\'\n', shell)
    return value


def sourced(text: str, name: str) -> str:
    """A file of variables, read by a shell as systemd and scripts do."""
    return exported(f"set -a\n{text}\nset +a", name)


def arguments(text: str, command: str, shell: str = "sh") -> list[str]:
    """What the command is called with, and last what it reads from its input."""
    stub = f"{command}() {{ printf '%s\\0' \"$@\"; cat; printf '\\0'; }}\n"
    return run(f"{stub}{text} </dev/null\n" if "|" not in text else stub + text, shell)


def dotenv(text: str) -> tuple[str, str]:
    """By the rules that all readers of such files share: nothing is special between single quotes but these."""
    found = re.fullmatch(r"([^=\s]+)='([^'$`\r\n]*)'", text)
    assert found, "not a quoted value on one line"
    # Some readers undo a backslash before a quote or before itself, others do not.
    assert not re.search(r"\\[\\'\"$]", found[2])
    return found[1], found[2]


def helm(text: str) -> dict[str, str]:
    """The variables that the chart makes of these values: it renders each text as a template and reads it as YAML."""
    values = yaml.safe_load(text)
    (name,) = values["extraSecrets"]
    source = yaml.safe_load(values["extraEnvFrom"])
    assert source == [{"secretRef": {"name": name}}]
    body = values["extraSecrets"][name]["stringData"]
    assert "{{" not in body, "the chart would take this for a template"
    found = yaml.safe_load(body)
    assert isinstance(found, dict)
    return found


class Hcl:
    """Just enough of Terraform's expressions: strings, numbers, constants, lists, objects and `jsonencode`."""

    _TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|[A-Za-z_]+|[{}\[\](),=])', re.DOTALL)
    _ESCAPE = re.compile(r'\\(?:(["\\nrt])|u([0-9a-f]{4})|U([0-9a-f]{8}))')

    def __init__(self, text: str) -> None:
        self.tokens = list(self._split(text))

    def _split(self, text: str) -> Iterator[str]:
        at = 0
        while text[at:].strip():
            found = self._TOKEN.match(text, at)
            assert found, "not a token"
            yield found[1]
            at = found.end()

    def value(self) -> Any:
        token = self.tokens.pop(0)
        if token[0] == '"':
            return self._string(token)
        if token == "jsonencode":
            self._take("(")
            found = json.dumps(self.value())
            self._take(")")
            return found
        if token == "{":
            return dict(self._members())
        if token == "[":
            return list(self._elements())
        return json.loads(token)

    def _take(self, *expected: str) -> str:
        token = self.tokens.pop(0)
        assert token in expected
        return token

    def _members(self) -> Iterator[tuple[str, Any]]:
        while self.tokens[0] != "}":
            name = self.tokens.pop(0)
            self._take("=")
            yield (self._string(name) if name[0] == '"' else name), self.value()
            if self.tokens[0] == ",":
                self._take(",")
        self._take("}")

    def _elements(self) -> Iterator[Any]:
        while self.tokens[0] != "]":
            yield self.value()
            if self.tokens[0] == ",":
                self._take(",")
        self._take("]")

    def _string(self, token: str) -> str:
        inside = token[1:-1]
        assert not re.search(r"[$%]\{|[\x00-\x1f]", inside), "a template, or a character that may not stand here"
        assert not re.search(r"\\", self._ESCAPE.sub("", inside)), "an escape that Terraform does not know"
        return self._ESCAPE.sub(self._unescape, inside)

    def _unescape(self, found: re.Match[str]) -> str:
        plain, short, long = found.groups()
        return {"n": "\n", "r": "\r", "t": "\t"}.get(plain, plain) if plain else chr(int(short or long, 16))


def terraform(text: str) -> str:
    found = re.fullmatch(
        r'resource "aws_secretsmanager_secret_version" "([A-Za-z_][A-Za-z0-9_-]*)" \{\n'
        r"  secret_id     = aws_secretsmanager_secret\.\1\.id\n  secret_string = (.*)\n\}\n",
        text,
        re.DOTALL,
    )
    assert found
    value = Hcl(found[2]).value()
    assert isinstance(value, str)
    return value


def python(text: str) -> dict[str, Any]:
    """The arguments of the call, and that the rest is what Airflow's documentation has."""
    head, assigned, printed = ast.parse(text).body
    assert ast.unparse(head) == "from airflow.models.connection import Connection"
    assert ast.unparse(printed) == "print(conn.get_uri())"
    call = assigned.value if isinstance(assigned, ast.Assign) else None
    assert isinstance(call, ast.Call)
    assert ast.unparse(call.func) == "Connection"
    assert call.args == []
    names: Sequence[str] = [str(each.arg) for each in call.keywords]
    code = "{" + ",".join(f"{each.arg!r}: {ast.unparse(each.value)}" for each in call.keywords) + "}"
    found: dict[str, Any] = eval(code, {"__builtins__": {"float": float}})
    assert list(found) == names
    return found
