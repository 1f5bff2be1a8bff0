"""The fixed cast and the place they meet: an account with three prefixes on which each may do something else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from secretsui.access.models import Grant, Level
from secretsui.inventory.models import Account, Kind, Prefix
from tests import random_cases  # noqa: F401 - settles how hypothesis runs
from tests.aws import Aws, aws, aws_server  # noqa: F401 - fixtures
from tests.servers.vault import vault, vault_server  # noqa: F401 - fixtures

PASSWORD: Final = "correct horse battery staple"
# Nothing listens there, so that a test which forgot its server fails at once and never leaves the machine.
NOWHERE: Final = "http://127.0.0.1:9"
REGION: Final = "eu-west-1"
# Folders whose files take longest, so that no worker ends alone with one of them.
LONG_FIRST: Final = ("airflow_live", "canary", "browser", "demo", "endtoend")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG_FIRST.index(found) if (found := item.path.parent.name) in LONG_FIRST else 9)


@dataclass(frozen=True)
class Place:
    """The account `data-dev` and its prefixes."""

    account: Account
    connections: Prefix
    variables: Prefix
    config: Prefix

    @property
    def prefixes(self) -> tuple[Prefix, Prefix, Prefix]:
        return self.connections, self.variables, self.config

    def point_to(self, endpoint_url: str) -> None:
        """Let the account speak to a server of the test."""
        self.account.endpoint_url = endpoint_url
        self.account.save(update_fields=["endpoint_url"])


@pytest.fixture
def place(db: None) -> Place:
    account = Account.objects.create(
        name="data-dev", account_id="111122223333", region=REGION, endpoint_url=NOWHERE, credentials="ambient"
    )

    def prefix(path: str, kind: Kind) -> Prefix:
        return Prefix.objects.create(account=account, region=REGION, path=path, kind=kind)

    return Place(
        account,
        prefix("airflow/connections", Kind.CONNECTION),
        prefix("airflow/variables", Kind.VARIABLE),
        prefix("airflow/config", Kind.CONFIG),
    )


def person(name: str) -> User:
    return User.objects.create_user(name, email=f"{name}@example.org", password=PASSWORD)


@pytest.fixture
def grant(place: Place) -> Callable[[User, Level], Group]:
    """Put somebody into a group of their own that has this level on every prefix of the place."""

    def give(user: User, level: Level) -> Group:
        group = Group.objects.create(name=f"{user.username} and others")
        user.groups.add(group)
        Grant.objects.bulk_create(Grant(group=group, prefix=prefix, level=level) for prefix in place.prefixes)
        return group

    return give


@pytest.fixture
def alice(grant: Callable[[User, Level], Group]) -> User:
    """May write."""
    grant(user := person("alice"), Level.WRITE)
    return user


@pytest.fixture
def bob(grant: Callable[[User, Level], Group]) -> User:
    """May list, nothing more."""
    grant(user := person("bob"), Level.LIST)
    return user


@pytest.fixture
def rita(grant: Callable[[User, Level], Group]) -> User:
    """May reveal."""
    grant(user := person("rita"), Level.REVEAL)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    """Has an account and no grant."""
    return person("charlie")


@pytest.fixture
def root(db: None) -> User:
    """Administers, and has no grant."""
    return User.objects.create_superuser("root", email="root@example.org", password=PASSWORD)


def logged_in(user: User, *, recently: bool = False) -> Client:
    """A browser of this person; `recently` as after typing the password a moment ago."""
    client = Client()
    client.force_login(user)
    if recently:
        confirm_password(client)
    return client


def confirm_password(client: Client) -> None:
    """Mark the session as re-authenticated now: reveal and write are open for 15 minutes."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


@pytest.fixture
def as_alice(alice: User) -> Client:
    return logged_in(alice)


@pytest.fixture
def as_bob(bob: User) -> Client:
    return logged_in(bob)


@pytest.fixture
def as_rita(rita: User) -> Client:
    return logged_in(rita)


@pytest.fixture
def as_charlie(charlie: User) -> Client:
    return logged_in(charlie)


@pytest.fixture
def as_root(root: User) -> Client:
    return logged_in(root)


@pytest.fixture
def live_place(place: Place, aws: Aws) -> Place:  # noqa: F811
    """The place, with its account in the AWS of this test."""
    place.point_to(aws.url)
    return place
