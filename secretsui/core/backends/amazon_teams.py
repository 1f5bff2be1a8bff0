"""How the amazon provider reads for a team: three ways, by release, and none before 9.26."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Protocol

from secretsui.core.backends.source import TEAM_MARKER, TEAM_SEP, Never
from secretsui.core.versions import at_least

_LIKE_A_TEAM: Final = re.compile(r"[^-]+--.+")


class AmazonSource(Protocol):
    provider: str
    multi_team: bool
    sep: str


def refusal(source: AmazonSource, secret_id: str, team: str) -> Never | None:
    """Ids that could name the secret of a team are not looked up; at first even where there are no teams."""
    if TEAM_SEP not in secret_id:
        return None
    if at_least(source.provider, "9.34"):
        return TEAM_MARKER if source.multi_team else None
    # Where the guard came in between 9.26 and 9.28 is not known.
    is_guarded = at_least(source.provider, "9.28") and not team
    return TEAM_MARKER if is_guarded and _LIKE_A_TEAM.fullmatch(secret_id) else None


def team_names(source: AmazonSource, secret_id: str, team: str) -> Sequence[str]:
    """What to look up behind the prefix, in order."""
    if not team or not at_least(source.provider, "9.26"):
        return [secret_id]
    if not at_least(source.provider, "9.28"):
        return [f"{team}{source.sep}{secret_id}"]
    return [f"{team}{TEAM_SEP}{secret_id}", secret_id]
