"""The web server as it is deployed, in a process of its own: what it writes while values go through it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import urllib3
from django.contrib.auth.models import User

from tests.canary.planted import quoted_by_aws, typed
from tests.canary.routes import URI, fields, raw
from tests.canary.watch import Watch
from tests.canary.world import World
from tests.endtoend.visitor import Visitor
from tests.endtoend.worker import environment, wait
from tests.services import free_port
from tests.web.one_secret import form_of

pytestmark = pytest.mark.django_db(transaction=True)

ROOT: Final = Path(__file__).resolve().parent.parent.parent
# Louder than it is deployed: with a line for each request.
SERVER: Final = ("gunicorn", "secretsui.wsgi", "--worker-class", "gthread", "--threads", "4", "--access-logfile", "-")


@contextmanager
def web(folder: Path, **more: str) -> Iterator[tuple[str, Path]]:
    """Its address, and the file with all that it writes."""
    address, log = f"127.0.0.1:{free_port()}", folder / "web.log"
    known = environment(SECRETSUI_STATIC_ROOT=str(folder / "static"), **more)
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    subprocess.run(collect, cwd=ROOT, env=known, check=True)
    command = [sys.executable, "-m", *SERVER, "--no-control-socket", "--bind", address]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=known, stdout=out, stderr=out)
    try:
        wait(lambda: answers(f"http://{address}/healthz"), "the web server")
        yield f"http://{address}", log
    finally:
        process.terminate()
        process.wait(20)


def answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, retries=False, timeout=2).status == 200
    except urllib3.exceptions.HTTPError:
        return False


@pytest.mark.parametrize("as_json", ["0", pytest.param("1", marks=pytest.mark.database)])
def test_the_web_server_writes_no_value(alice: User, world: World, watch: Watch, tmp_path: Path, as_json: str) -> None:
    world.refresh()
    edit, sample = world.path("secret-edit", world.sample), world.path("secret", world.sample)
    old = {"base_version": world.old_version(world.sample), "action": "save", "token": "t" * 36}
    with web(tmp_path, SECRETSUI_LOG_LEVEL="DEBUG", SECRETSUI_LOG_JSON=as_json) as (url, log):
        visitor = Visitor(url, alice)
        shown = visitor.post(f"{sample}/-/reveal", {"field": "all"})
        assert shown.status == 200
        assert watch.look("reveal", shown.text, allowed=world.held_by(world.sample)) >= world.held_by(world.sample) - {
            "airflow/connections/uri.old"
        }
        form = form_of(visitor.get(edit).text) | {"password": typed("password")}
        assert visitor.post(edit, form).status == 302
        assert visitor.post(edit, {**fields(), **old}).status == 409
        assert visitor.post(f"{sample}/-/preview", raw(URI)).status == 200
        world.aws.faults.add("*", "internal", message=quoted_by_aws("said"))
        assert visitor.post(edit, {**raw(URI), "action": "save"}).status == 503
        assert visitor.post("/accounts/login/", {"login": "alice", "password": typed("confirm")}).status in (200, 302)
        assert visitor.post("/no/such/page", raw(URI)).status == 404
        visitor.close()
    written = log.read_text()
    watch.look("the web server's log", written)
    assert "/-/reveal" in written
    assert ("logger=django.request", '"logger": "django.request"')[int(as_json)] in written
