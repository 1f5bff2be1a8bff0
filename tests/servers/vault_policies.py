"""Vault's policies: paths with capabilities, of which the most specific one counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Policy = Mapping[str, Sequence[str]]

DEFAULT: Policy = {
    "auth/token/lookup-self": ["read"],
    "auth/token/renew-self": ["update"],
    "auth/token/revoke-self": ["update"],
    "sys/capabilities-self": ["update"],
    "sys/internal/ui/resultant-acl": ["read"],
}


def capabilities(policies: Iterable[Policy], path: str) -> list[str]:
    """What they allow there together: of each the rules of the best match are added up, and a deny outdoes all."""
    rules: dict[str, set[str]] = {}
    for policy in policies:
        for rule, allowed in policy.items():
            rules.setdefault(rule, set()).update(allowed)
    matching = [rule for rule in rules if _matches(rule, path)]
    if not matching:
        return ["deny"]
    best = rules[max(matching, key=_weight)]
    return ["deny"] if "deny" in best or not best else sorted(best)


def _matches(rule: str, path: str) -> bool:
    glob = rule.endswith("*")
    wanted, given = rule.removesuffix("*").split("/"), path.split("/")
    if not glob and len(wanted) != len(given):
        return False
    if glob and len(given) < len(wanted):
        return False
    exact = wanted[:-1] if glob else wanted
    fits = all(part in ("+", each) for part, each in zip(exact, given, strict=False))
    return fits and (not glob or given[len(exact)].startswith(wanted[-1]))


def _weight(rule: str) -> tuple[int, bool, bool, int, int]:
    """Vault's order: the later the first wildcard the better, exact before glob, then fewer +, then the longer."""
    firsts = [rule.find(each) for each in "+*" if each in rule]
    first = min(firsts) if firsts else len(rule) + 1
    segments = rule.split("/").count("+")
    return first, not rule.endswith("*"), not segments, -segments, len(rule)
