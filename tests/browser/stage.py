"""The product in processes of its own, for a browser to look at.

It reads one JSON command per line and answers each with one line; it ends, with all that it started, when its input
ends. So nothing stays behind, however the tests end.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from secretsui.demo.child import Child
from tests import airflow_double
from tests.airflow.answering import Server
from tests.browser.vendors import Vendors

PASSWORD: Final = "correct horse battery staple"
WAIT_SECONDS: Final = 60
# Who there is beside the administrator `admin`, who may also write: a group of their own, and its right everywhere.
CAST: Final = {"alice": "Write", "rita": "Reveal", "bob": "List", "charlie": ""}


class Stage:
    def __init__(self) -> None:
        self.data = Path(os.environ["SECRETSUI_DATA_DIR"])
        self.logs = self.data / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.children: list[Child] = []
        self.worker: Child | None = None
        self.other_vendors: Vendors | None = None

    def start(self, *, sample: bool) -> dict[str, str]:
        """Where the product and its AWS answer; with the sample company's secrets, or without a single row."""
        aws = f"http://127.0.0.1:{free_port()}"
        os.environ.update(SECRETSUI_DEMO_PASSWORD=PASSWORD, SECRETSUI_DEMO_ENDPOINT=aws if sample else "")
        self.other_vendors = Vendors(self.data / "credentials")
        os.environ.update(self.other_vendors.environment)
        os.environ["SECRETSUI_CREDENTIAL_DOUBLE"] = f"admin:{airflow_double.PASSWORD}"
        self.run(Child("sample-aws", "secretsui.demo.sample_aws", aws.rpartition(":")[2]))
        from secretsui.demo import prepare

        prepare.main()
        self.people()
        return {"url": self.serve(), "aws": aws}

    def run(self, child: Child, **options: Any) -> Child:
        child.start(self.logs, os.environ, **options)
        self.children.append(child)
        return child

    def serve(self) -> str:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(128)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            bind = (
                "--bind",
                f"fd://{listening.fileno()}",
                "--worker-class",
                "gthread",
                "--threads",
                "4",
                "--preload",
                "--no-control-socket",
            )
            child = Child("web", "gunicorn", "secretsui.wsgi", *bind)
            self.run(child, pass_fds=[listening.fileno()])
        wait_for(lambda: answers(f"{url}/healthz"), child)
        return url

    def people(self) -> None:
        from django.contrib.auth.models import Group, User

        User.objects.create_superuser("root", password=PASSWORD)  # administers, and has no grant
        for name, level in CAST.items():
            user = User.objects.create_user(name, password=PASSWORD)
            user.groups.add(Group.objects.create(name=f"those who {level.lower()}" if level else "newcomers"))

    def grants(self) -> None:
        """Give the cast their rights on every prefix and deployment there is now: who writes also fixes."""
        from django.contrib.auth.models import Group

        from secretsui.access.models import DeploymentGrant, DeploymentLevel, Grant, Level
        from secretsui.inventory.models import Deployment, Prefix

        for name, level in {**CAST, "admin": "Write"}.items():
            group = Group.objects.get(user__username=name)
            for prefix in Prefix.objects.all() if level else ():
                Grant.objects.get_or_create(group=group, prefix=prefix, defaults={"level": Level[level.upper()]})
            reach = DeploymentLevel.FIX if level == "Write" else DeploymentLevel.SEE
            for deployment in Deployment.objects.all() if level else ():
                DeploymentGrant.objects.get_or_create(group=group, deployment=deployment, defaults={"level": reach})

    def prefix(self, account: str, path: str, kind: str) -> None:
        from secretsui.inventory import sync
        from secretsui.inventory.models import Account, Prefix

        found = Account.objects.get(name=account)
        sync.queue(Prefix.objects.create(account=found, region=found.region, path=path, kind=kind), "start")

    def many(self, number: int) -> None:
        """One more account with so many secrets, in the index alone."""
        from bench import rows

        rows.prefix_with(number, rows.person())

    def matrix(self, number: int, keys: list[str]) -> None:
        """One more deployment with so many resolved ids; these secrets of the index shadow rows of its Airflow."""
        from secretsui.inventory.models import Prefix
        from tests.inventory.deployments import halden
        from tests.web import deployed

        airflow = airflow_double.Airflow([airflow_double.connection(key, host="old.example") for key in keys])
        server = Server(airflow)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = deployed.of_airflow_3(Prefix.objects.get(path="scratch/connections"), server.url)
        for key in keys:
            halden.row(found, key, "postgres://etl@old.example/sales")
        deployed.resolve(found)
        for process in ("task", "server"):
            deployed.many(found, number, process, columns=5)
        self.grants()

    def scheduled(self) -> dict[str, Any]:
        """A schedule with recipients of each kind, what was sent to them, and an audit that found something."""
        from secretsui.audits import links
        from secretsui.inventory.models import Prefix
        from tests.web import scheduled

        heard = scheduled.whole(Prefix.objects.get(path="airflow/connections", account__name="data-dev"), "admin")
        tokens = {purpose: links.token(purpose, heard, heard.address) for purpose in ("unsubscribe", "snooze")}
        return {"schedule": heard.schedule_id, "recipient": heard.pk, **tokens}

    def audit(self, *, reads: bool) -> int:
        """An audit of everything, here and now; without `reads` of what is known already."""
        from secretsui.access.door import Job
        from secretsui.audits import alone, starting
        from secretsui.audits.models import Audit

        return alone.run(starting.create(Job("test"), trigger=Audit.Trigger.COMMAND), reads=reads).pk

    def reading(self) -> int:
        """An audit that nothing works off."""
        from secretsui.inventory.models import Prefix
        from tests.web import audited

        return audited.audit(
            Prefix.objects.get(path="airflow/connections", account__name="data-dev"), state="running"
        ).pk

    def vendors(self) -> Mapping[str, str]:
        """Accounts of Vault, Google and Azure with a few secrets; the address of one of each."""
        assert self.other_vendors
        return self.other_vendors.fill()

    def queue(self, path: str) -> None:
        from secretsui.inventory import sync
        from secretsui.inventory.models import Prefix

        for prefix in Prefix.objects.filter(path=path):
            sync.queue(prefix, "manual")

    def refresh(self) -> int:
        """Run what is queued, here and now, as the worker would; how many that were."""
        from secretsui.access import tasks
        from secretsui.inventory.models import Refresh

        waiting = Refresh.objects.filter(state=Refresh.State.QUEUED).order_by("id")
        ids = list(waiting.values_list("id", flat=True))
        for number in ids:
            tasks.refresh_prefix(number)
        self._resolve()
        self.forget_queue()
        return len(ids)

    def _resolve(self) -> None:
        """Deployments that nobody has worked out yet."""
        from secretsui.inventory.deployments import resolving
        from secretsui.inventory.models import Deployment

        for deployment in Deployment.objects.filter(resolved_at=None):
            resolving.resolve_all(deployment)

    def forget_queue(self) -> None:
        for message in (self.data / "broker" / "queue").glob("*"):
            message.unlink()

    def start_worker(self) -> None:
        alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        self.worker = self.run(
            Child("worker", "celery", "-A", "secretsui", "worker", "-P", "threads", "-c", "1", *alone)
        )

    def stop_worker(self) -> None:
        if self.worker:
            self.worker.ask_to_stop()
            self.worker.stop(time.monotonic() + 10)
            self.children.remove(self.worker)
            self.worker = None

    def session(self, name: str, *, minutes_ago: int = 0) -> str:
        """The cookie of somebody who typed their password so many minutes ago."""
        from django.conf import settings
        from django.contrib import auth
        from django.contrib.auth.models import User
        from django.contrib.sessions.backends.db import SessionStore

        user = User.objects.get(username=name)
        session = SessionStore()
        session[auth.SESSION_KEY] = str(user.pk)
        session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
        at = time.time() - minutes_ago * 60
        session["account_authentication_methods"] = [{"method": "password", "at": at, "reauthenticated": True}]
        session["account_authentication_methods_user"] = session[auth.SESSION_KEY]
        session.create()
        return str(session.session_key)

    def age(self, key: str, *, minutes: int) -> None:
        """Let the last password of this session be so many minutes older."""
        from django.contrib.sessions.backends.db import SessionStore

        session = SessionStore(key)
        for method in session["account_authentication_methods"]:
            method["at"] -= minutes * 60
        session.save()

    def stop(self) -> None:
        until = time.monotonic() + 8
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.stop(until)
        if self.other_vendors:
            self.other_vendors.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with closing(urllib.request.urlopen(url, timeout=5)) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_for(ready: Callable[[], bool], child: Child) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not ready():
        if child.exit_code() is not None or time.monotonic() > until:
            raise RuntimeError(f"{child.name} did not start: {child.last_words()}")
        time.sleep(0.05)


def commands() -> Iterator[dict[str, Any]]:
    for line in sys.stdin:
        yield json.loads(line)


def main() -> None:
    answer, sys.stdout = sys.stdout, sys.stderr  # what a command prints is no answer
    stage = Stage()
    try:
        for command in commands():
            found = getattr(stage, command.pop("do"))(**command)
            print(json.dumps(found), file=answer, flush=True)
    finally:
        stage.stop()


if __name__ == "__main__":
    main()
