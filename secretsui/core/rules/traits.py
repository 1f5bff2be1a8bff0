"""What the rules about security need of a value, told without it: classes of length, kinds of keys, dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Traits:
    """`size` is in bytes, as the store counts. The others go by field (`password`, `extra.<key>`, `text`).

    `weak` says in one word why a credential is weak, `keys` which kind of long-lived key a field holds, `exposed` what
    a field holds that Airflow does not mask, `expires` the day (ISO 8601) on which a certificate or a key ends.
    """

    size: int
    weak: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    exposed: Mapping[str, str] = field(default_factory=dict)
    expires: Mapping[str, str] = field(default_factory=dict)
    fields: Sequence[str] = ()  # credentials that are set
