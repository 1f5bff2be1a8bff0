from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import hcl2
import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import Denied, Expired, Probe
from secretsui.stores.vault import probe
from tests.servers.vault import ROOT, Server

FULL = ["create", "read", "update", "delete", "list"]


def probed(vault: Server, token: str = ROOT, mount: str = "secret", kv: int = 2, start: str = "connections/") -> Probe:
    return probe(vault.place(mount, kv), lambda: Sensitive(token), start)


def outcomes(found: Probe) -> dict[str, str]:
    return {right.name: right.outcome for right in found.rights}


@pytest.mark.parametrize(("mount", "kv", "rights"), [("secret", 2, 8), ("kv1", 1, 5), ("secret", 0, 8), ("kv1", 0, 5)])
def test_root_may_do_everything(vault: Server, mount: str, kv: int, rights: int) -> None:
    found = probed(vault, mount=mount, kv=kv)

    assert (set(outcomes(found).values()), len(found.rights)) == ({"ok"}, rights)
    assert (found.missing, found.policy, found.error, found.caller) == ((), "", None, "root (default, root)")


def test_what_is_missing_is_a_policy_that_heals(vault: Server) -> None:
    reader = {"secret/data/connections/*": ["read"], "secret/metadata/*": ["list"]}

    found = probed(vault, vault.world.token(reader))

    assert outcomes(found) == {
        "list": "ok",
        "describe": "denied",
        "read": "ok",
        "write": "denied",
        "create": "denied",
        "tag": "denied",
        "delete": "denied",
        "restore": "denied",
    }
    (policy,) = found.missing
    assert policy["path"] == {
        "secret/data/connections/*": {"capabilities": ["create", "delete", "update"]},
        "secret/metadata/connections/*": {"capabilities": ["delete", "read", "update"]},
        "secret/undelete/connections/*": {"capabilities": ["update"]},
    }
    rules: dict[str, Any] = {}
    for block in hcl2.loads(found.policy)["path"]:
        rules |= {path.strip('"'): rule for path, rule in block.items()}
    assert {path: sorted(each.strip('"') for each in rule["capabilities"]) for path, rule in rules.items()} == {
        path: rule["capabilities"] for path, rule in policy["path"].items()
    }
    merged = _together(reader, {"secret/metadata/connections/*": ["list"]}, policy["path"])
    assert set(outcomes(probed(vault, vault.world.token(merged))).values()) == {"ok"}


def _together(*policies: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for policy in policies:
        for path, rule in policy.items():
            found.setdefault(path, []).extend(rule["capabilities"] if isinstance(rule, Mapping) else rule)
    return dict(found)


def test_a_prefix_that_ends_within_a_name_lists_its_folder(vault: Server) -> None:
    found = probed(vault, vault.world.token(), start="team/db_")

    paths = found.missing[0]["path"]
    assert paths["secret/metadata/team/*"]["capabilities"] == ["list"]
    assert "read" in paths["secret/data/team/db_*"]["capabilities"]


def test_an_explicit_deny_counts(vault: Server) -> None:
    token = vault.world.token({"secret/*": FULL, "secret/data/connections/*": ["deny"]})

    found = probed(vault, token)

    assert [name for name, outcome in outcomes(found).items() if outcome == "denied"] == [
        "read",
        "write",
        "create",
        "delete",
    ]


def test_nothing_is_read_or_changed(vault: Server) -> None:
    vault.world.put("connections/db", {"value": "unmistakable"})

    found = probed(vault)

    assert "unmistakable" not in repr(found)
    assert [path for _, path in vault.world.requests] == [
        "auth/token/lookup-self",
        "sys/internal/ui/mounts/secret",
        "sys/capabilities-self",
    ]


def test_a_login_that_fails_leaves_every_right_unknown(vault: Server) -> None:
    found = probed(vault, "hvs.nobody")

    assert isinstance(found.error, Expired)
    assert set(outcomes(found).values()) == {"unknown"}
    assert (found.missing, found.caller) == ((), "")


def test_a_login_that_may_not_ask_is_unknown_too(vault: Server) -> None:
    vault.world.policies["default"] = {"auth/token/lookup-self": ["read"]}

    found = probed(vault, vault.world.token({"secret/*": FULL}))

    assert isinstance(found.error, Denied)
    assert found.error.arn == "sys/capabilities-self"
    assert set(outcomes(found).values()) == {"unknown"}
    assert found.caller.startswith("token (default, ")


def test_a_mount_whose_version_nobody_knows_is_told(vault: Server) -> None:
    found = probed(vault, vault.world.token(), mount="elsewhere", kv=0)

    assert isinstance(found.error, Denied)
    assert found.error.sentence == "Vault shows this login no secrets engine at elsewhere."


def test_a_wrong_version_of_the_engine_is_told(vault: Server) -> None:
    found = probed(vault, kv=1)

    assert found.error is not None
    assert found.error.code == "kv-version"
    assert set(outcomes(found).values()) == {"unknown"}


def test_the_namespace_of_a_login_is_its_account(vault: Server) -> None:
    vault.world.namespaces.add("team")
    token = vault.world.token({"secret/*": FULL}, namespace="team")

    found = probe(vault.place(namespace="team"), lambda: Sensitive(token), "")

    assert found.account_id == "team"


@pytest.mark.parametrize(
    ("method", "capability", "path"),
    [
        ("restore", "read", "secret/metadata/a"),
        ("read_version", "read", "secret/data/a"),
        ("delete", "read", "secret/metadata/a"),
    ],
)
def test_a_denial_names_the_rule_that_is_missing(vault: Server, method: str, capability: str, path: str) -> None:
    store = vault.store(token=vault.world.token({"secret/x": ["read"]}))
    more: dict[str, Any] = {"delete": {"recovery_days": 1}, "read_version": {"version_id": "1"}}.get(method, {})

    with pytest.raises(Denied) as caught:
        getattr(store, method)("a", **more)

    assert (caught.value.action, caught.value.arn, caught.value.name) == (capability, path, "a")
    assert caught.value.remedy == (
        f'Add to a policy of this login: path "{path}" {{ capabilities = ["{capability}"] }}'
    )
