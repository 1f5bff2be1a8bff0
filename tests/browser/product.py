"""The tests' side of the running product: where it is, who is signed in, and what its AWS holds."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from playwright.sync_api import BrowserContext

from secretsui.demo.plan import Plan
from tests.browser.stage import PASSWORD

ROOT: Final = Path(__file__).parents[2]
ACCOUNT: Final = "data-dev"
ACCOUNT_ID: Final = "111122223333"
REGION: Final = "eu-central-1"
# Tests that change secrets make their own below these, so that the sample company stays as it is told.
SCRATCH: Final = {"connection": "scratch/connections", "variable": "scratch/variables"}


CLASHING: Final = "postgres://etl:s3cret@db.example:5432/sales"


class Product:
    def __init__(self, *, sample: bool = True, scratch: bool = True) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="secretsui-browser-", ignore_cleanup_errors=True)
        self._log = Path(self._home.name) / "stage.log"
        with self._log.open("wb") as log:
            self._stage = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.stage"],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        started = self.tell("start", sample=sample)
        self.url: str = started["url"]
        self.aws_url: str = started["aws"]
        self._clients: dict[str, Any] = {}
        self._clashing: list[Secret] = []
        self._vendors: dict[str, str] = {}
        self._scheduled: dict[str, Any] = {}
        self._audit = 0
        self._numbers = itertools.count(1)
        self._fill(scratch=scratch)

    def _environment(self) -> dict[str, str]:
        """As `make run` gives it to its children, with a database and a broker of its own."""
        kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "CELERY_BROKER_URL"}}
        plan = Plan(port=0, sample=True, airflow=False, data=Path(self._home.name) / "data", password=PASSWORD)
        return {**plan.for_children(kept), "SECRETSUI_LOG_LEVEL": "WARNING"}

    def _fill(self, *, scratch: bool) -> None:
        for kind, path in SCRATCH.items() if scratch else ():
            self.tell("prefix", account=ACCOUNT, path=path, kind=kind)
        self.tell("grants")
        self.tell("refresh")

    def tell(self, command: str, **arguments: Any) -> Any:
        stdin, stdout = self._stage.stdin, self._stage.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"do": command, **arguments}) + "\n")
        stdin.flush()
        answer = stdout.readline()
        assert answer, self._log.read_text()
        return json.loads(answer)

    def vendors(self) -> dict[str, str]:
        """The address of one secret of each other vendor, by the name of its account; made once."""
        if not self._vendors:
            self._vendors = self.tell("vendors")
        return self._vendors

    def cookie(self, who: str, *, minutes_ago: int = 0) -> dict[str, str]:
        """For a browser context of somebody who is signed in."""
        return {"name": "sessionid", "value": self.tell("session", name=who, minutes_ago=minutes_ago), "url": self.url}

    def age(self, context: BrowserContext, *, minutes: int) -> None:
        """Let so many minutes pass since this browser's last password."""
        key = next(cookie.get("value") for cookie in context.cookies() if cookie.get("name") == "sessionid")
        self.tell("age", key=key, minutes=minutes)

    def aws(self, account_id: str = ACCOUNT_ID, region: str = REGION) -> Any:
        """A plain SDK client of the sample AWS: somebody who does not use the product."""
        import boto3

        if account_id not in self._clients:
            session = boto3.session.Session(f"AKIA{account_id}DEMO", "sample", region_name=region)
            self._clients[account_id] = session.client("secretsmanager", endpoint_url=self.aws_url)
        return self._clients[account_id]

    def secret(
        self,
        value: str | bytes,
        *,
        kind: str = "connection",
        start: str = "made",
        tags: Mapping[str, str] | None = None,
    ) -> Secret:
        """One more secret of this kind, under a key that no other test has."""
        key = f"{start}_{next(self._numbers)}"
        name = f"{SCRATCH[kind]}/{key}"
        content = {"SecretBinary" if isinstance(value, bytes) else "SecretString": value}
        labels = [{"Key": label, "Value": text} for label, text in (tags or {}).items()]
        self.aws().create_secret(Name=name, Tags=labels, **content)
        return Secret(self, name, key)

    def clashing(self, ids: int) -> Secret:
        """A secret over a row of its deployment's Airflow that has another value, among so many other ids."""
        if not self._clashing:
            made = [self.secret(CLASHING, start="clashing") for _ in range(4)]
            self.tell("queue", path=SCRATCH["connection"])
            self.tell("refresh")
            self.tell("matrix", number=ids, keys=[secret.key for secret in made])
            self._clashing = made
        return self._clashing.pop() if len(self._clashing) > 1 else self._clashing[0]

    def scheduled(self) -> dict[str, Any]:
        """A schedule of audits with whoever hears of them, made once."""
        if not self._scheduled:
            self._scheduled = self.tell("scheduled")
        return self._scheduled

    def audit(self) -> int:
        """The number of an audit of everything that is known, made once."""
        self._audit = self._audit or self.tell("audit", reads=False)
        return self._audit

    def last_words(self) -> str:
        """The end of the web server's log."""
        return (Path(self._home.name) / "data" / "logs" / "web.log").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        assert self._stage.stdin is not None
        self._stage.stdin.close()
        self._stage.wait(20)
        assert self._stage.stdout is not None
        self._stage.stdout.close()
        self._home.cleanup()


class Secret:
    """One secret of the sample AWS, and its pages."""

    def __init__(self, product: Product, name: str, key: str) -> None:
        self.product, self.name, self.key = product, name, key

    def page(self, action: str = "") -> str:
        path = f"/s/{ACCOUNT}/{REGION}/{quote(self.name)}"
        return f"{self.product.url}{path}/-/{action}" if action else f"{self.product.url}{path}"

    def value(self) -> str:
        """What Airflow would get now."""
        found: str = self.product.aws().get_secret_value(SecretId=self.name)["SecretString"]
        return found

    def save(self, value: str) -> None:
        """As somebody else would, past the product."""
        self.product.aws().put_secret_value(SecretId=self.name, SecretString=value)

    def describe(self) -> dict[str, Any]:
        found: dict[str, Any] = self.product.aws().describe_secret(SecretId=self.name)
        return found
