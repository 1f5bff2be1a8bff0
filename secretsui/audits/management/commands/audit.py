"""An audit for pipelines: without worker, queue or browser, with an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from secretsui import celery
from secretsui.access.door import Job
from secretsui.audits import alone, exports, starting, words
from secretsui.audits.exports import Report
from secretsui.audits.models import Audit, Part, StoredFinding
from secretsui.core.findings import SEVERITIES, Severity
from secretsui.inventory.models import Deployment, Prefix

COMMAND: Final = Job("audit command")
OPEN: Final = ("new", "reopened", "still")
FINDINGS: Final = 1
NOT_CHECKED: Final = 2
EXIT_CODES: Final = """exit codes:
  0  nothing at or above the severity of --fail-on
  1  at least one finding at or above it that is not accepted
  2  something could not be checked, and nothing that could be was found; or the audit could not be made at all
"""


class Command(BaseCommand):
    help = "Audit in this process, and print what is wrong. Workers and a task queue are not needed."

    def create_parser(self, prog_name: str, subcommand: str, **more: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXIT_CODES, **more)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--deployment", action="append", metavar="NAME", help="and what its backends look up")
        parser.add_argument("--prefix", action="append", metavar="[ACCOUNT/REGION/]PATH")
        parser.add_argument("--fail-on", choices=SEVERITIES, default="low", metavar="SEVERITY", help="default: low")
        parser.add_argument("--format", choices=FORMATS, default="table")
        parser.add_argument("--no-refresh", action="store_true", help="judge what is known already, read nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        with celery.alone():
            audit = self._create(options["deployment"], options["prefix"])
            alone.run(audit, reads=not options["no_refresh"], tell=self._tell)
        report = Report.whole(audit)
        for piece in FORMATS[options["format"]](report):
            self.stdout.write(piece, ending="")
        if code := exit_code(audit, report.severities(), options["fail_on"]):
            sys.exit(code)

    def _create(self, deployments: Sequence[str] | None, prefixes: Sequence[str] | None) -> Audit:
        try:
            return starting.create(
                COMMAND,
                deployments=_deployments(deployments) if deployments else None,
                prefixes=_prefixes(prefixes) if prefixes else None,
                trigger=Audit.Trigger.COMMAND,
            )
        except (starting.Busy, starting.NothingToAudit) as problem:
            _refuse(str(problem))

    def _tell(self, part: Part) -> None:
        part.refresh_from_db()
        said = f"{part.get_state_display().lower()}. {part.problem}".strip()
        self.stderr.write(f"{part.prefix or part.deployment}: {said}")


def _refuse(sentence: str) -> NoReturn:
    raise CommandError(sentence, returncode=NOT_CHECKED)


def _deployments(names: Iterable[str]) -> Sequence[Deployment]:
    found = {each.name: each for each in Deployment.objects.filter(name__in=names)}
    if missing := next((name for name in names if name not in found), None):
        _refuse(f"There is no deployment {missing}.")
    return list(found.values())


def _prefixes(paths: Iterable[str]) -> Sequence[Prefix]:
    found: dict[int, Prefix] = {}
    every = list(Prefix.objects.select_related("account"))
    for path in paths:
        meant = [
            each for each in every if path.rstrip("/") in (each.path, f"{each.account}/{each.address}/{each.path}")
        ]
        if not meant:
            _refuse(f"There is no prefix {path}. Write its path, or account/region/path.")
        found |= {each.pk: each for each in meant}
    return list(found.values())


def _open(report: Report) -> Sequence[StoredFinding]:
    """Those that nobody has accepted."""
    return [line.finding for line in report.lines() if line.state in OPEN]


def exit_code(audit: Audit, found: Iterable[str], severity: Severity) -> int:
    """`found` are the severities of what is open."""
    counted = SEVERITIES[: SEVERITIES.index(severity) + 1]
    if any(each in counted for each in found):
        return FINDINGS
    return 0 if audit.state == Audit.State.DONE else NOT_CHECKED


def _table(report: Report) -> Iterator[str]:
    if report.incomplete:
        yield f"{report.incomplete}\n"
    found = _open(report)
    for each in found:
        place, sentence = words.place(each.subject), words.sentence(each)
        yield f"{each.severity.upper():8}  {each.rule}  {place}  {sentence}\n"
    yield f"{len(found)} open.\n"


FORMATS: Final[Mapping[str, Callable[[Report], Iterator[str]]]] = {
    "table": _table,
    **{name: each.write for name, each in exports.FORMATS.items()},
}
