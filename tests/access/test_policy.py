from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User

from secretsui.access import policy
from secretsui.access.models import Grant, Level

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("alice", (True, True, True)),
        ("rita", (True, True, False)),
        ("bob", (True, False, False)),
        ("charlie", (False, False, False)),
        ("root", (False, False, False)),
    ],
)
def test_each_level_includes_those_below_it(request: Any, place: Any, who: str, may: tuple[bool, ...]) -> None:
    user = request.getfixturevalue(who)
    for prefix in place.prefixes:
        decisions = (policy.can_list(user, prefix), policy.can_reveal(user, prefix), policy.can_write(user, prefix))
        assert decisions == may


def test_visible_prefixes_carry_the_level(place: Any, bob: User) -> None:
    found = policy.visible_prefixes(bob)
    assert [(prefix.path, prefix.level) for prefix in found] == [
        ("airflow/config", Level.LIST),
        ("airflow/connections", Level.LIST),
        ("airflow/variables", Level.LIST),
    ]


def test_the_highest_level_of_several_groups_counts(place: Any, bob: User) -> None:
    second = Group.objects.create(name="on call")
    bob.groups.add(second)
    Grant.objects.create(group=second, prefix=place.variables, level=Level.REVEAL)
    levels = {prefix.path: prefix.level for prefix in policy.visible_prefixes(bob)}
    assert levels == {
        "airflow/config": Level.LIST,
        "airflow/connections": Level.LIST,
        "airflow/variables": Level.REVEAL,
    }
    assert policy.can_reveal(bob, place.variables)
    assert not policy.can_reveal(bob, place.connections)


def test_leaving_the_group_ends_the_right(place: Any, alice: User) -> None:
    alice.groups.clear()
    assert not policy.visible_prefixes(alice).exists()
    assert not policy.can_list(alice, place.connections)


def test_the_inactive_and_the_unknown_have_nothing(place: Any, alice: User) -> None:
    alice.is_active = False
    alice.save()
    for nobody in (alice, AnonymousUser()):
        assert not policy.visible_prefixes(nobody).exists()
        assert not policy.can_list(nobody, place.connections)
        assert not policy.may_administer(nobody)


def test_only_superusers_administer(alice: User, root: User) -> None:
    assert policy.may_administer(root)
    assert not policy.may_administer(alice)
    root.is_active = False
    assert not policy.may_administer(root)
