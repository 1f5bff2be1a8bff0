"""What Vault has to allow: a policy by path, and the login that gets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from secretsui.core import quoting
from secretsui.core.setup import spelling
from secretsui.core.setup.amazon import read_prefixes
from secretsui.core.setup.answers import Answers, OnVault
from secretsui.core.setup.snippet import Snippet

POLICY: Final = "airflow-secrets"
_MOUNTS: Final[Mapping[str, str]] = {"aws_iam": "aws"}
LATEST: Final = "KV version 2 keeps values under data/, which the path of the policy names and Airflow's does not."
ANY_MOUNT: Final = (
    "The mount stands in the id, so the policy allows these paths of each mount. Name the mounts if you can."
)
CONFIGURES: Final = (
    "With this type the provider writes the configuration of the mount instead of logging in. "
    "Airflow then reads with the token of its VAULT_TOKEN: choose another way if you can."
)
EXAMPLES: Final = (
    "Accounts, namespaces, audiences and ARNs in the last command are examples: write your own in their place."
)
# Each has a service account of its own in the official chart, and each asks the backend by itself.
_READERS: Final = ("scheduler", "worker", "triggerer", "dag-processor", "api-server", "webserver")
BETTER: Final = "A login by Kubernetes, JWT or a role of AWS keeps secrets out of the kwargs."


def policy(answers: Answers) -> str:
    place = _of(answers)
    mount, data = place.mount.strip("/") or "+", "data/" if place.kv == 2 else ""
    paths = [f"{mount}/{data}{path}/*" for path in read_prefixes(answers)]
    return "\n".join(f'path {spelling.hcl(path)} {{\n  capabilities = ["read"]\n}}\n' for path in paths)


def _of(answers: Answers) -> OnVault:
    return answers.place if isinstance(answers.place, OnVault) else OnVault()


def snippets(answers: Answers) -> Iterator[Snippet]:
    place = _of(answers)
    notes = [LATEST] if place.kv == 2 else []
    notes += [] if place.mount else [ANY_MOUNT]
    yield Snippet("vault-policy", "Policy", "hcl", policy(answers), tuple(notes))
    commands = [*_environment(place), *_enable(place), _written(), *_LOGINS[place.auth](place)]
    notes = [CONFIGURES] if place.auth in ("azure", "radius") else []
    notes += [BETTER] if place.auth in ("approle", "github", "ldap", "token", "userpass") else []
    notes += [EXAMPLES] if place.auth in ("aws_iam", "jwt", "kubernetes") else []
    yield Snippet("vault", "Commands", "shell", "".join(f"{each}\n" for each in commands), tuple(notes))


def _environment(place: OnVault) -> Sequence[str]:
    found = {"VAULT_ADDR": place.url, "VAULT_NAMESPACE": place.namespace}
    return [f"export {name}={quoting.shell(value)}" for name, value in found.items() if value]


def _written() -> str:
    return f"vault policy write {POLICY} {POLICY}.hcl"


def _mount(place: OnVault) -> str:
    return place.auth_mount.strip("/") or _MOUNTS.get(place.auth, place.auth)


def _enable(place: OnVault) -> Sequence[str]:
    if place.auth == "token":
        return []
    kind = _MOUNTS.get(place.auth, place.auth)
    return [f"vault auth enable -path={quoting.shell(_mount(place))} {kind}"]


def _role(place: OnVault, *lines: str) -> str:
    """`token_policies` is what every way to log in calls it."""
    path = quoting.shell(f"auth/{_mount(place)}/role/{place.role or 'airflow'}")
    return spelling.options(f"vault write {path}", *lines, f"token_policies={POLICY}", "token_ttl=1h")


def _approle(place: OnVault) -> Iterator[str]:
    """The role id is made up by Vault, so the role has a name of its own."""
    path = quoting.shell(f"auth/{_mount(place)}/role/airflow")
    yield spelling.options(f"vault write {path}", f"token_policies={POLICY}", "token_ttl=1h", "secret_id_ttl=90d")
    if place.role:
        yield f"vault write {path}/role-id role_id={quoting.shell(place.role)}"
    yield f"vault read -field=role_id {path}/role-id"
    yield f"vault write -f -field=secret_id {path}/secret-id"


def _user(path: str, *lines: str) -> Callable[[OnVault], Iterator[str]]:
    def commands(place: OnVault) -> Iterator[str]:
        name = quoting.shell(path.format(mount=_mount(place), user=place.username or "airflow"))
        yield spelling.options(f"vault write {name}", *lines)

    return commands


def _kubernetes(place: OnVault) -> Iterator[str]:
    names = ",".join(f"airflow-{each}" for each in _READERS)
    yield _role(place, f"bound_service_account_names={names}", "bound_service_account_namespaces=airflow")


def _aws(place: OnVault) -> Iterator[str]:
    yield _role(place, "auth_type=iam", "bound_iam_principal_arn=arn:aws:iam::123456789012:role/airflow")


def _token(_place: OnVault) -> Iterator[str]:
    yield spelling.options("vault token create", f"-policy={POLICY}", "-period=24h", "-orphan", "-field=token")


_LOGINS: Final[Mapping[str, Callable[[OnVault], Iterator[str]]]] = {
    "approle": _approle,
    "aws_iam": _aws,
    "azure": lambda place: iter([_role(place, "bound_subscription_ids=$AZURE_SUBSCRIPTION_ID")]),
    "gcp": lambda place: iter([_role(place, "type=iam", "bound_service_accounts=$SERVICE_ACCOUNT")]),
    "github": lambda place: iter([f"vault write auth/{quoting.shell(_mount(place))}/map/teams/data value={POLICY}"]),
    "jwt": lambda place: iter([_role(place, "role_type=jwt", "bound_audiences=vault", "user_claim=sub")]),
    "kubernetes": _kubernetes,
    "ldap": _user("auth/{mount}/users/{user}", f"policies={POLICY}"),
    "radius": _user("auth/{mount}/users/{user}", f"policies={POLICY}"),
    "token": _token,
    "userpass": _user("auth/{mount}/users/{user}", f"token_policies={POLICY}", "password=-"),
}
