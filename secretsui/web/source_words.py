"""What is wrong with a source of an environment, and what it leaves open, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretsui.airflow.environment import SENTENCES
from secretsui.inventory.models import EnvSource

GAPS: Final[Mapping[str, str | Promise]] = {
    "env-file": gettext_lazy("Not given: the env file %(where)s. Give it along with the text."),
    "extends": gettext_lazy("A service is taken from elsewhere. Give what docker compose config prints."),
    "here-document": gettext_lazy("Behind a here-document nothing is read. Add what is set there as an env file."),
    "included": gettext_lazy("Other files are included. Give what docker compose config prints."),
    "kubernetes-configmap": gettext_lazy("Not given: the ConfigMap %(where)s. Give it along with the workloads."),
    "kubernetes-secret": gettext_lazy("Not given: the Secret %(where)s. Give it along; its values are not kept."),
    "one-page": gettext_lazy("This is one page of the objects. Give all of them."),
    "reads-another-script": gettext_lazy("Another script is read here. Add what it sets as an env file."),
    "start-up-script": gettext_lazy("What the start-up script %(where)s sets is not known. Add its text."),
    "template": gettext_lazy("What the template in %(where)s sets is not known. Add what helm template prints."),
    "unreadable": gettext_lazy("What stands here could not be read."),
    "unreadable-script": gettext_lazy("From here on the script could not be read."),
}
_GAP: Final = gettext_lazy("Something else sets variables as well.")


def gaps(source: EnvSource) -> Sequence[str]:
    return [_gap(each) for each in source.gaps]


def _gap(gap: Mapping[str, Any]) -> str:
    words = str(GAPS.get(gap.get("reason", ""), _GAP)) % {"where": gap.get("where", "")}
    return said(words, gap.get("line", 0))


def problems(source: EnvSource) -> Sequence[str]:
    return [_problem(each) for each in source.problems]


def _problem(problem: Mapping[str, Any]) -> str:
    words = SENTENCES[problem["code"]].format_map(problem.get("facts", {}))
    return said(words, problem.get("line", 0))


def said(sentence: str, line: int) -> str:
    return _("Line %(line)d: %(sentence)s") % {"line": line, "sentence": sentence} if line else sentence
