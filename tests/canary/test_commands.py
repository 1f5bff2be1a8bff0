"""Every command of manage.py, with values in the store and in what is typed at it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command, get_commands

from tests.canary.planted import Garden, typed
from tests.canary.test_error_pages import reveal, save
from tests.canary.watch import Watch
from tests.canary.world import World
from tests.conftest import logged_in
from tests.core.test_connection_uri import call
from tests.endtoend.worker import environment

ROOT: Final = Path(__file__).resolve().parent.parent.parent
# How each of our commands is called. Two answer with values, which is what they are for; see below.
CALLS: Final[dict[str, tuple[Any, ...]]] = {
    "first_admin": ("newcomer", "--group", "Guests"),
    "verify_access_log": (),
    "index_search": (),
    "audit": ("--fail-on", "critical"),
}


def test_every_command_has_an_entry() -> None:
    ours = {name for name, app in get_commands().items() if str(app).startswith("secretsui")}
    assert ours == {*CALLS, "simulate", "connection_uri"}


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_no_command_prints_a_value(alice: User, world: World, watch: Watch) -> None:
    world.refresh()
    client = logged_in(alice, recently=True)
    assert reveal(client, world).status_code == 200
    assert save(client, world).status_code == 302
    for name, arguments in CALLS.items():
        out, err = StringIO(), StringIO()
        with suppress(SystemExit):  # an audit ends with what it found
            call_command(name, *arguments, stdout=out, stderr=err)
        watch.look(f"{name}, output", out.getvalue())
        watch.look(f"{name}, errors", err.getvalue())
    for settings in ("check", "diffsettings"):
        process = subprocess.run(
            [sys.executable, "manage.py", settings], cwd=ROOT, env=environment(), capture_output=True, check=True
        )
        watch.look(settings, process.stdout + process.stderr)


def cases(garden: Garden) -> Iterator[str]:
    """Every planted text as a URI and as JSON, good requests and broken ones."""
    for text in garden.texts.values():
        for airflow in ("2.11", "3.3", "3.3-sdk"):
            yield json.dumps({"op": "parse_uri", "uri": text, "airflow": airflow})
            yield json.dumps({"op": "from_json", "text": text, "airflow": airflow})
            yield json.dumps({"op": "get_uri", "airflow": airflow, "conn": {"conn_type": "http", "port": text}})
            yield json.dumps({"op": "as_json", "airflow": airflow, "conn": {"conn_type": "http", "extra": text}})
    secret = typed("text")
    yield f'{{"op": "parse_uri", "uri": "{secret}'
    yield f'"{secret}"'
    yield json.dumps({"op": secret, "uri": secret, "airflow": secret})
    yield json.dumps({"op": "get_uri", "conn": secret})
    yield json.dumps({"op": "from_json", "text": {secret: secret}})
    yield json.dumps({"op": "get_uri", "conn": {secret: secret}})


def test_simulate_says_what_is_wrong_without_quoting_it() -> None:
    garden = Garden()
    watch = Watch(garden.names | {"typed.text"})
    given = "\n".join(cases(garden)).encode() + b'\n{"op": "parse_uri", "uri": "\xff' + typed("text").encode() + b'"}\n'
    process = subprocess.run(
        [sys.executable, "manage.py", "simulate"], cwd=ROOT, input=given, capture_output=True, timeout=60
    )
    watch.look("stderr", process.stderr)
    answers = process.stdout.splitlines()
    errors = [answer for answer in answers if b'"error"' in answer]
    for answer in errors:
        watch.look("an error", answer)
    assert watch.leaks == []
    assert process.returncode == 0
    assert len(answers) == given.count(b"\n")
    assert len(errors) > 100


def test_connection_uri_prints_values_as_its_result_alone() -> None:
    garden = Garden()
    watch = Watch(garden.names | {"typed.text"})
    written = 0
    for text in garden.texts.values():
        for arguments in (["--check"], ["--to", "json"], ["--to", "aws", "--written-as", "uri"], ["--from", "python"]):
            found = call(*arguments, given=text)
            watch.look(f"{arguments}, errors", found.err)
            written += bool(found.out)
            assert not found.out or found.status == 0
            assert not found.out or "--to" in arguments
    secret = typed("text")
    for arguments in (
        ["--password", secret],
        [f"--password={secret}"],
        [secret, secret],
        ["--port", secret],
        [f"-p{secret}"],
    ):
        found = call(*arguments)
        watch.look("a wrong call", found.err + found.out)
        assert found.status == 2
    assert watch.leaks == []
    assert written > 10
