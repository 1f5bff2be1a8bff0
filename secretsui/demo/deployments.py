"""The Airflow deployments of the sample company, as `story/deployments/` tells them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from secretsui.demo import story

# The one that a real Airflow stands behind, unless that is left out.
REAL: Final = "halden-prod"


@dataclass(frozen=True, slots=True)
class SampleDeployment:
    """`sources` say what its environment holds, `places` where its backend looks things up."""

    name: str
    stage: str
    platform: str
    airflow_version: str
    providers: Mapping[str, str]
    places: Sequence[Mapping[str, str]]
    sources: Sequence[Mapping[str, str]]
    grants: Mapping[str, str]
    role_arn: str = ""
    backend_class: str = ""
    backend_kwargs: Mapping[str, Any] = field(default_factory=dict)

    def export(self) -> Mapping[str, str]:
        """Its metadata database by kind, as `airflow connections export` and `variables export` write it."""
        return {
            kind: story.told(story.DEPLOYMENTS / f"{self.name}.{kind}s.json") for kind in ("connection", "variable")
        }


def samples() -> Sequence[SampleDeployment]:
    return [SampleDeployment(**each) for each in json.loads((story.DEPLOYMENTS / "index.json").read_text())]


def real() -> SampleDeployment:
    return next(each for each in samples() if each.name == REAL)
