"""What settings alone show to be wrong, beside what the rules of audits say of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from secretsui.core import backend_settings
from secretsui.core.aliases import rebuild
from secretsui.core.backends.azure import AzureKeyVault
from secretsui.core.backends.google import GoogleSecretManager
from secretsui.core.backends.prefixes import PLURALS
from secretsui.core.backends.secrets_manager import SecretsManager, checked_words
from secretsui.core.backends.shared_account import SharedSecretsManager
from secretsui.core.backends.source import Never, Raises
from secretsui.core.backends.vault import Vault
from secretsui.core.chain import distribution_of
from secretsui.core.codec_errors import DecodeError
from secretsui.core.rules import settings
from secretsui.core.rules.configured import VARIABLES, Configured, of_environment
from secretsui.core.rules.format_json import REMOVED_SETTINGS
from secretsui.core.rules.outcome import Failed, Unchecked
from secretsui.core.settings_lint.asked import Asked
from secretsui.core.versions import at_least

Judged = tuple[str, Failed | Unchecked]
NO_KWARGS: Final = "no-kwargs"
NO_CLASS: Final = "no-class"
_IGNORED_SINCE: Final = "9"
# A deployment of this platform is documented to need at least this release of the provider.
_FLOORS: Final[Mapping[tuple[str, str], str]] = {("astro", "apache-airflow-providers-amazon"): "5.1.0"}
_ROLE: Final = re.compile(r"arn:[\w-]+:iam::(\d*):")
_DIGITS: Final = 12
_ANY_ID: Final = "id"  # each store takes it


def judged(asked: Asked, environ: Mapping[str, str], unknown: Sequence[str]) -> Iterator[Judged]:
    yield from settings.judge_settings(environ, asked.airflow, asked.providers, unknown)
    yield from (("R-58", Unchecked(NO_CLASS)) for variable in VARIABLES.values() if variable in unknown)
    for stray in asked.strays:
        yield "R-56", Failed("unknown-setting", stray.name, facts={"setting": stray.name, "meant": stray.meant})
    for found in of_environment(environ, asked.airflow, asked.providers):
        if not any(name.startswith(f"{VARIABLES[found.layer]}_KWARG") for name in unknown):
            for rule, lint in _LINTS:
                yield from ((rule, each) for each in lint(found, asked))


def _removed(found: Configured, _asked: Asked) -> Iterator[Failed]:
    if isinstance(found.source, SecretsManager):
        for name in REMOVED_SETTINGS:
            if name in found.backend.kwargs:
                is_read = name == REMOVED_SETTINGS[1] and not at_least(found.backend.provider, _IGNORED_SINCE)
                code = "setting-going-away" if is_read else "removed-setting"
                yield Failed(code, found.field(name), facts={"setting": name, "since": _IGNORED_SINCE})


def _leading_slash(found: Configured, asked: Asked) -> Iterator[Failed]:
    """Secrets may be named so all the same, which only an inventory tells."""
    if isinstance(found.source, SecretsManager) and asked.inventory is None:
        for name, prefix in _prefixes(found):
            if prefix.startswith("/") and prefix.strip("/"):
                yield Failed("slash-before-prefix", found.field(name), facts={"kwarg": name}, severity="medium")


def _trimmed(found: Configured, _asked: Asked) -> Iterator[Failed]:
    """Airflow takes these off by itself; who compares names with the prefix may stumble."""
    if isinstance(found.source, SecretsManager):
        sep = str(found.source.sep)
        for name, prefix in _prefixes(found):
            if sep and prefix.endswith(sep) and not name.endswith("_shared"):
                yield Failed("separator-trimmed", found.field(name), facts={"kwarg": name}, severity="info")


def _prefixes(found: Configured) -> Iterator[tuple[str, str]]:
    names = [*(f"{plural}_prefix" for plural in PLURALS.values()), "connections_prefix_shared"]
    given = ((name, found.backend.kwargs.get(name)) for name in names)
    yield from ((name, prefix) for name, prefix in given if isinstance(prefix, str))


def _lookups(found: Configured, _asked: Asked) -> Iterator[Failed]:
    """What keeps every lookup of a kind from a value, whatever is asked for."""
    source = found.source
    if isinstance(source, Raises) and source.reason == "illegal-name":
        yield _of_kwarg("refused-prefix", found, source.where)
    if not isinstance(source, GoogleSecretManager | AzureKeyVault):
        return
    for kind, plural in PLURALS.items():
        plan = source.plan(kind, _ANY_ID, "")
        if isinstance(plan, Never | Raises) and plan.reason == "illegal-name":
            yield _of_kwarg("illegal-prefix", found, f"{plural}_prefix")
        elif isinstance(plan, Raises):
            yield _of_kwarg("raising-lookups", found, plan.where)
            return


def _words(found: Configured, _asked: Asked) -> Iterator[Failed]:
    if isinstance(found.source, SecretsManager):
        try:
            rebuild({}, checked_words(found.source.words))
        except DecodeError:
            yield _of_kwarg("bad-conn-words", found, "extra_conn_words")


def _without_patterns(found: Configured, _asked: Asked) -> Iterator[Failed]:
    """Azure's client takes whatever it is given, and makes nothing of these."""
    if isinstance(found.source, AzureKeyVault):
        for name in (f"{plural}_lookup_pattern" for plural in PLURALS.values()):
            if name in found.backend.kwargs:
                yield _of_kwarg("ignored-kwarg", found, name)


def _of_kwarg(code: str, found: Configured, kwarg: str) -> Failed:
    return Failed(code, found.field(kwarg), facts={"kwarg": kwarg, "class": found.backend.class_name}, severity="high")


def _accounts(found: Configured, _asked: Asked) -> Iterator[Failed]:
    kwargs = found.backend.kwargs
    if isinstance(found.source, SharedSecretsManager):
        yield from _account(found, "shared_account", str(kwargs.get("shared_account")))
    if role := _ROLE.match(str(kwargs.get("role_arn", ""))):
        yield from _account(found, "role_arn", role[1])


def _account(found: Configured, kwarg: str, account: str) -> Iterator[Failed]:
    if re.fullmatch(r"[0-9]{12}", account):
        return
    digits = len(account) if account.isdecimal() else 0
    code = "account-id-digits" if digits else "account-id"
    yield Failed(code, found.field(kwarg), facts={"kwarg": kwarg, "digits": digits, "needs": _DIGITS})


def _variables_of_shared(found: Configured, _asked: Asked) -> Iterator[Failed]:
    """They are looked up as if they were connections, whatever their own prefix and pattern say."""
    if isinstance(found.source, SharedSecretsManager):
        for name in ("variables_prefix", "variables_lookup_pattern"):
            given = found.backend.kwargs.get(name)
            if given and given != found.backend.kwargs.get(name.replace("variables", "connections")):
                yield Failed("variables-as-connections", found.field(name), facts={"kwarg": name})


def _floor(found: Configured, asked: Asked) -> Iterator[Failed | Unchecked]:
    package = distribution_of(found.backend.class_path)
    needs, installed = _FLOORS.get((asked.platform, package)), asked.providers.get(package, "")
    if needs and not installed:
        yield Unchecked("provider-version")
    elif needs and not at_least(installed, needs):
        facts = {"kwarg": found.backend.class_name, "package": package, "needs": needs, "installed": installed}
        yield Failed("provider-too-old", found.field(), facts=facts)


def _vault_paths(found: Configured, _asked: Asked) -> Iterator[Failed]:
    """What Vault's own commands and addresses show before a path is no part of it."""
    if not isinstance(found.source, Vault):
        return
    mount = str(found.source.mount or "").strip("/")
    for name, path in ((f"{plural}_path", found.backend.kwargs.get(f"{plural}_path")) for plural in PLURALS.values()):
        for each in path if isinstance(path, list) else [path]:
            if isinstance(each, str) and (code := _in_path(each.strip("/"), mount)):
                yield Failed(code, found.field(name), facts={"kwarg": name})


def _in_path(path: str, mount: str) -> str:
    if mount and path.startswith(f"{mount}/"):
        return "mount-in-path"
    return "data-in-path" if path.startswith("data/") else ""


def _engine(found: Configured, _asked: Asked) -> Iterator[Failed]:
    """Without its version the second is taken, and an engine of the first one then has nothing under any path."""
    if isinstance(found.source, Vault) and "kv_engine_version" not in found.backend.kwargs:
        yield Failed("engine-version-open", found.field(), severity="info")


Lint = Callable[[Configured, Asked], Iterator[Any]]
_LINTS: Final[Sequence[tuple[str, Lint]]] = (
    ("R-14", _leading_slash),
    ("R-15", _trimmed),
    ("R-23", _variables_of_shared),
    ("R-34", _removed),
    ("R-46", _vault_paths),
    ("R-46", _engine),
    ("R-56", _accounts),
    ("R-56", _lookups),
    ("R-56", _words),
    ("R-56", _without_patterns),
    ("R-57", _floor),
)
EXTRA: Final = sorted({rule for rule, _ in _LINTS})


def has_backend(environ: Mapping[str, str], airflow: str) -> bool:
    return backend_settings.configured_for_workers(environ, airflow) is not None
