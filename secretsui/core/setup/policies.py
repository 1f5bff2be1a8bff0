"""Everything that has to be allowed, each place for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from secretsui.core.setup import amazon, clouds, vault
from secretsui.core.setup.answers import Answers
from secretsui.core.setup.snippet import Snippet


@dataclass(frozen=True, slots=True)
class Permission:
    """`id` is role, shared, vault, google, azure or held."""

    id: str
    snippets: Sequence[Snippet]


def permissions(answers: Answers) -> Sequence[Permission]:
    found = [_own(answers)]
    if answers.store == "shared-account":
        found.append(Permission("shared", [*amazon.shared_snippets(answers)]))
    if amazon.holds_kwargs(answers):
        found.append(Permission("held", [*amazon.held_snippets(answers)]))
    return found


def _own(answers: Answers) -> Permission:
    match answers.store:
        case "vault":
            return Permission("vault", [*vault.snippets(answers)])
        case "google":
            return Permission("google", [*clouds.google(answers)])
        case "azure":
            return Permission("azure", [*clouds.azure(answers)])
    return Permission("role", [*amazon.own_snippets(answers)])
