"""What the tools make of a text: the real ones where the machine has them, else readers of their grammar."""

from __future__ import annotations

import configparser
import io
import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dotenv
import hcl2
import yaml

from tests.core import tools

Environ = dict[str, str]


def env(text: str) -> Environ:
    """As python-dotenv and a shell read the file; both have to agree."""
    found = dotenv.dotenv_values(stream=io.StringIO(text))
    assert None not in found.values()
    names = " ".join(shlex.quote(name) for name in found)
    printed = tools.run(
        f'set -a\n{text}\nset +a\nfor n in {names}; do eval "printf \'%s\\0\' \\"\\$$n\\""; done', "bash"
    )
    assert printed == [*found.values()]
    return {name: str(value) for name, value in found.items()}


def cfg(text: str) -> Environ:
    parser = configparser.ConfigParser()
    parser.read_string(text)
    return {
        f"AIRFLOW__{section}__{option}".upper(): parser.get(section, option)
        for section in parser.sections()
        for option in parser.options(section)
    }


def options(text: str) -> Mapping[str, str]:
    """Names and values as they are typed into a form: pairs of lines."""
    lines = [line for line in text.splitlines() if line]
    return dict(zip(lines[::2], lines[1::2], strict=True))


def calls(text: str, *commands: str, folder: Path | None = None) -> list[list[str]]:
    """What a real bash calls these commands with; each does nothing but tell."""
    stubs = "".join(f"{name}() {{ printf '%s\\0' {name} \"$@\" >&3; printf '\\1\\0' >&3; }}\n" for name in commands)
    script = f"set -eu\n{stubs}{text}"
    subprocess.run(["bash", "-n"], input=script.encode(), check=True)
    done = subprocess.run(
        ["bash", "-c", 'exec 3>&1 >/dev/null; eval "$(cat)"'],
        input=script.encode(),
        capture_output=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    words = done.stdout.decode().split("\0")[:-1]
    return [*_split(words)]


def _split(words: Sequence[str]) -> Iterator[list[str]]:
    call: list[str] = []
    for word in words:
        if word == "\1":
            yield call
            call = []
        else:
            call.append(word)


def option(call: Sequence[str], name: str) -> str:
    return call[call.index(name) + 1]


# https://docs.docker.com/reference/dockerfile/#env, of which the wizard writes the form with one variable a line.
_ENV = re.compile(r"ENV ([A-Z_]+)=(?:'([^']*)'|([^\s'\"\\$]+))\n")


def dockerfile(text: str) -> Environ:
    found = list(_ENV.finditer(text))
    assert "".join(each[0] for each in found) == text
    return {each[1]: each[2] if each[3] is None else each[3] for each in found}


def compose(text: str) -> Mapping[str, Any]:
    """The file as Docker Compose has it once it has put variables in: a dollar stands for itself only as two."""
    assert not re.search(r"(?<!\$)(?:\$\$)*\$(?!\$)", text)
    found: dict[str, Any] = yaml.safe_load(text)
    common = found["x-airflow-common"]
    common["environment"] = {name: value.replace("$$", "$") for name, value in common["environment"].items()}
    return found


def hcl(text: str) -> dict[str, Any]:
    found: dict[str, Any] = hcl2.loads(text)
    return found


def terraform(expression: str) -> Any:
    """The value of an expression, by a reader that knows every escape."""
    return tools.Hcl(re.sub(r",(\s*[\]}])", r"\1", expression)).value()


def json_of(text: str) -> Any:
    return json.loads(text)
