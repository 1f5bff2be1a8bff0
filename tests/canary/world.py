"""A place full of canaries, refreshed as the worker does it, with somebody to look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth.models import User
from django.urls import reverse

from secretsui.audits import ending
from secretsui.audits.models import Audit, Part, StoredFinding
from secretsui.core.backend_settings import SERVER
from secretsui.inventory.models import Account, Deployment, EnvSource, Kind, Prefix, SecretRecord
from tests.aws import Aws
from tests.canary.canaries import canary
from tests.canary.planted import Garden
from tests.conftest import NOWHERE, REGION, Place, person
from tests.inventory.refreshing import refresh
from tests.web import audited, deployed

BINARY: Final = "airflow/connections/binary"
OLD: Final = "airflow/connections/uri.old"  # the canary of a version that is not current any more


@dataclass
class World:
    place: Place
    aws: Aws
    garden: Garden = field(default_factory=Garden)
    sample: str = "airflow/connections/uri"
    spare: str = "airflow/connections/spare"

    def __post_init__(self) -> None:
        self._plant()
        self.prefix = self.place.connections
        self.spare_account = Account.objects.create(
            name="spare", region=REGION, credentials="ambient", endpoint_url=NOWHERE
        )
        self.spare_prefix = Prefix.objects.create(
            account=self.spare_account, region=REGION, path="airflow/spare", kind=Kind.CONNECTION
        )
        self.forgetful: User = person("forgetful")
        self.deployment = deployed.halden_prod(
            self.spare_prefix, backend_kwargs={"connections_prefix": self.spare_prefix.path}
        )
        self.spare_deployment = Deployment.objects.create(name="spare", api="exported", airflow_version="3.3.2")
        self.spare_source = EnvSource.objects.create(
            deployment=self.spare_deployment, form="env-file", settings={SERVER: "unknown.Backend"}
        )

    def _plant(self) -> None:
        """What is in AWS: the texts, an older version of one, a binary value, a secret to delete."""
        self._first = self.aws.create(self.sample, f"postgres://u:{canary(OLD)}@db.example/main")
        for name, text in self.garden.texts.items():
            if name == self.sample:
                self.aws.backend().put_secret_value(name, text, None, None, ["AWSCURRENT"])
            else:
                self.aws.create(name, text, description="Planted", tags={"team": "sales"})
        self.aws.create(BINARY, canary(BINARY).encode())
        self.aws.create(self.spare, f"postgres://u:{canary(self.spare)}@db.example/main")

    @property
    def audits(self) -> Sequence[Sequence[int]]:
        """Each that there is, and one that is not."""
        return [(pk,) for pk in (*Audit.objects.values_list("pk", flat=True), 404)]

    @property
    def findings(self) -> Sequence[Sequence[str]]:
        """One of each rule, and one that is not."""
        each = dict(StoredFinding.objects.values_list("rule", "fingerprint"))
        return [(fingerprint,) for fingerprint in (*each.values(), "none")]

    @property
    def url(self) -> str:
        return self.aws.url

    @property
    def stored(self) -> frozenset[str]:
        """The names of all canaries that are in AWS."""
        return self.garden.names | {OLD, BINARY, self.spare}

    def held_by(self, name: str) -> frozenset[str]:
        return self.garden.holds.get(name, frozenset()) | ({OLD} if name == self.sample else {name})

    def refresh(self) -> None:
        for prefix in self.place.prefixes:
            run = refresh(prefix)
            assert (run.state, run.unreadable) == ("done", 0), run.problem
        self._judge()

    def _judge(self) -> None:
        """The rules over all that the refresh has found, as an audit's last task runs them."""
        found = audited.audit(*self.place.prefixes, self.spare_prefix, self.deployment, state=Audit.State.JUDGING)
        found.parts.update(state=Part.State.DONE)
        assert ending.judge(found)
        found.refresh_from_db()
        assert found.finished_at, found.problem

    def address(self, name: str) -> Sequence[Any]:
        """The arguments of this secret's routes."""
        return (self.place.account.name, REGION, name)

    def path(self, route: str, name: str) -> str:
        return reverse(route, args=self.address(name))

    def record_ids(self) -> Sequence[int]:
        return list(SecretRecord.objects.order_by("pk").values_list("pk", flat=True))

    def old_version(self, name: str) -> str:
        """The first version of the sample; a made-up one of any other secret."""
        return self._first if name == self.sample else "0" * 32

    def current_version(self, name: str) -> str:
        return str(self.aws.backend().secrets[name].default_version_id)
