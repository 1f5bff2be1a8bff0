"""What can be done to one version where its store lets versions be switched off, taken away and brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from secretsui.stores.base import Capabilities, Version, VersionChange, VersionState
from secretsui.web.vocabulary import Label


@dataclass(frozen=True, slots=True)
class Change:
    """`of` are the states in which a version can be changed so; `done` says what was done, of a version's words."""

    change: VersionChange
    icon: str
    button: str | Promise
    words: str | Promise
    done: str | Promise
    of: Sequence[VersionState]

    @property
    def is_final(self) -> bool:
        return self.change == "destroy"

    @property
    def takes_away(self) -> bool:
        return self.change in ("disable", "delete", "destroy")


CHANGES: Final[Mapping[str, Change]] = {
    each.change: each
    for each in (
        Change(
            "disable",
            "eye-off",
            _("Disable"),
            _("Its value stays and is given to nobody until it is enabled again."),
            _("%(version)s disabled."),
            ["enabled"],
        ),
        Change(
            "enable",
            "eye",
            _("Enable"),
            _("Its value is given again to whoever may read it."),
            _("%(version)s enabled."),
            ["disabled"],
        ),
        Change(
            "delete",
            "trash",
            _("Delete"),
            _("Its value stays in the store, is given to nobody and can be brought back."),
            _("%(version)s deleted. It can be brought back."),
            ["enabled"],
        ),
        Change(
            "undelete",
            "restore",
            _("Bring back"),
            _("Its value is given again to whoever may read it."),
            _("%(version)s brought back."),
            ["deleted"],
        ),
        Change(
            "destroy",
            "trash",
            _("Destroy"),
            _("Its value is gone at once, for good. Nobody can bring it back."),
            _("%(version)s destroyed."),
            ["enabled", "disabled", "deleted"],
        ),
    )
}

STATES: Final[Mapping[VersionState, Label]] = {
    "disabled": Label("eye-off", "warn", _("Disabled")),
    "deleted": Label("trash", "bad", _("Deleted")),
    "destroyed": Label("x", "bad", _("Destroyed")),
}


def possible(can: Capabilities, version: Version) -> Sequence[Change]:
    return [each for each in CHANGES.values() if each.change in can.version_changes and version.state in each.of]
