"""The rows with which the embedded stack begins: the first person, and what the sample has, with its grants."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.db import transaction

from secretsui.access import door
from secretsui.access.models import Grant, Level
from secretsui.demo import deployment_rows, story
from secretsui.demo.accounts import ACCOUNTS, SampleAccount
from secretsui.demo.supervisor import USER
from secretsui.inventory import sync
from secretsui.inventory.models import Account, Prefix, Refresh
from secretsui.inventory.sync.closing import close_as_failed
from secretsui.inventory.sync.queueing import STOPPED

ACTOR = door.Job("sample data")


@transaction.atomic
def write(password: str, endpoint: str) -> None:
    """Safe at every start: what a person has changed since stays, but for the password and the sample's endpoint."""
    team = _first_person(password)
    _close_refreshes()
    if endpoint:
        for account in ACCOUNTS:
            _write_account(account, endpoint, team)
        deployment_rows.write()
    for prefix in Prefix.objects.all():
        sync.queue(prefix, "start")


def _first_person(password: str) -> Group:
    """A superuser, and through the group `platform` somebody who may read and write."""
    user, is_new = User.objects.get_or_create(username=USER, defaults={"is_superuser": True, "is_staff": True})
    if is_new or not user.check_password(password):
        user.set_password(password)
        user.save()
    team, _ = Group.objects.get_or_create(name="platform")
    user.groups.add(team)
    return team


def _write_account(told: SampleAccount, endpoint: str, team: Group) -> None:
    account, is_new = Account.objects.update_or_create(
        name=told.name,
        defaults={"endpoint_url": endpoint},
        create_defaults={
            "endpoint_url": endpoint,
            "account_id": told.account_id,
            "region": told.regions[0],
            "credentials": Account.Credentials.ROLE,
            "role_chain": [{"role_arn": told.role_arn, "external_id": told.external_id}],
        },
    )
    if is_new:
        door.record_admin(ACTOR, "account", account, "added")
        for region, path, kind in story.prefixes(told):
            _write_prefix(account, region, path, kind, team)


def _write_prefix(account: Account, region: str, path: str, kind: str, team: Group) -> None:
    prefix = Prefix.objects.create(account=account, region=region, path=path, kind=kind)
    door.record_admin(ACTOR, "prefix", prefix, "added")
    Grant.objects.create(group=team, prefix=prefix, level=Level.WRITE)
    door.record_admin(ACTOR, "grant", prefix, f"{team.name}: write")
    if account.name == "data-dev":
        analysts, _ = Group.objects.get_or_create(name="analysts")
        Grant.objects.create(group=analysts, prefix=prefix, level=Level.LIST)
        door.record_admin(ACTOR, "grant", prefix, "analysts: list")


def _close_refreshes() -> None:
    """No worker runs yet, so what still claims to be running was cut off when the stack was stopped."""
    for refresh in Refresh.objects.filter(state__in=Refresh.ACTIVE).select_related("prefix"):
        close_as_failed(refresh, STOPPED)
