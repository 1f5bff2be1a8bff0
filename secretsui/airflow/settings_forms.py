"""Settings in forms that no source of an environment has: airflow.cfg, a Dockerfile, commands, options of MWAA."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from secretsui.airflow.env_script import command_lines
from secretsui.airflow.env_yaml import Map, text_of
from secretsui.airflow.environment import Collector, Unknown, Value, of_cfg, option_name
from secretsui.core import backend_settings, pasted_terraform
from secretsui.core.fragment import Unreadable
from secretsui.core.sensitive import Sensitive
from secretsui.core.shell_words import Word, words

_SECTION: Final = re.compile(r"\[([^\]]+)\]")
_OPTION: Final = re.compile(r"([^=:]+)[=:](.*)")
_INSTRUCTION: Final = re.compile(r"\s*ENV\s+(.*)", re.IGNORECASE | re.DOTALL)
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_CONSOLE: Final = re.compile(r"\s*[\"']?((?:secrets|workers|core)\.[a-z0-9_.]+)[\"']?\s*[:=\t ]?\s*(.*)")
_MEMBER: Final = re.compile(r"^[ \t]*\"?([a-z][a-z0-9_]*\.[a-z0-9_.]+)\"?[ \t]*[=:][ \t]*", re.MULTILINE)
_OPTIONS_FLAG: Final = "--airflow-configuration-options"
_SHORTHAND: Final = re.compile(r"(?:^|,)([a-z][a-z0-9_]*\.[a-z0-9_.]+)=")
_PAIR: Final = re.compile(r"[ \t]*(AIRFLOW_\w+)[ \t]*")
ENVIRONMENT_IN_TERRAFORM: Final = re.compile(
    r"\bname\s*=\s*\"(AIRFLOW_\w+)\"\s*+,?\s*+(value|valueFrom|value_from)\s*=\s*"
)
_OPEN: Final = Unknown("substitution")
_HELD: Final = Unknown("elsewhere")
_KEY, _VALUE = "--key", "--value"


def read_cfg(collector: Collector, text: str) -> None:
    for section, option, value, line in _options(text):
        collector.add(option_name(section, option), of_cfg(value), "airflow.cfg", line)


def _options(text: str) -> Iterator[tuple[str, str, str, int]]:
    section, waiting = "", ("", "", 0)
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith(("#", ";")):
            continue
        if line[0].isspace() and waiting[0]:
            waiting = (waiting[0], f"{waiting[1]}\n{bare}", waiting[2])
            continue
        if waiting[0]:
            yield (section, *waiting)
            waiting = ("", "", 0)
        if found := _SECTION.match(bare):
            section = found[1]
        elif found := _OPTION.match(bare):
            waiting = (found[1].strip().lower(), found[2].strip(), number)
    if waiting[0]:
        yield (section, *waiting)


def read_dockerfile(collector: Collector, text: str) -> None:
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        start, instruction = at, lines[at]
        while instruction.endswith("\\") and at + 1 < len(lines):
            at += 1
            instruction += f"\n{lines[at]}"
        at += 1
        if found := _INSTRUCTION.fullmatch(instruction):
            _instruction(collector, found[1], start + 1)


def _instruction(collector: Collector, rest: str, line: int) -> None:
    """`ENV A=1 B=2`, and the older `ENV A the rest of the line`, in which quotes stay."""
    name, _, value = rest.strip().partition(" ")
    if "=" not in name:
        collector.add(name, Sensitive(value.strip()), "ENV", line)
        return
    try:
        _assign(collector, list(words(rest)), "ENV", line, rest)
    except Unreadable:
        collector.problem("bad-line", line)


def read_astro(collector: Collector, text: str) -> None:
    """`astro deployment variable create`, with NAME=VALUE behind it or with --key and --value."""
    for line, found in command_lines(text.replace("\r\n", "\n"), collector):
        texts = [each.text for each in found]
        if "variable" not in texts:
            continue
        if _KEY in texts and _VALUE in texts:
            name, value = (_behind(found, each) for each in (_KEY, _VALUE))
            collector.add(name.text, _value(value), "astro", line)
        _assign(collector, [each for each in found if not each.text.startswith("-")], "astro", line, "")


def _behind(found: Sequence[Word], flag: str) -> Word:
    at = next(at for at, each in enumerate(found) if each.text == flag)
    return found[at + 1] if at + 1 < len(found) else Word("")


def _assign(collector: Collector, found: Sequence[Word], source: str, line: int, text: str) -> None:
    at = 0
    for each in found:
        if assigned := _ASSIGNMENT.fullmatch(each.text):
            at = max(text.find(f"{assigned[1]}=", at), 0)
            value = _OPEN if each.is_open else Sensitive(assigned[2])
            collector.add(assigned[1], value, source, line + text.count("\n", 0, at))


def _value(found: Word) -> Value:
    return _OPEN if found.is_open else Sensitive(found.text)


def console_options(text: str) -> Map:
    """Names of options with their values, in the same line or in those that follow."""
    found = Map()
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        if option := _CONSOLE.fullmatch(line):
            name = option[1]
            found[name], found.lines[name] = option[2].strip(), number
        elif name and line.strip():
            found[name] = f"{found[name]}\n{line.strip()}".strip()
    return found


def terraform_options(text: str) -> Map:
    """The members of `airflow_configuration_options`, as far as they are literals."""
    found = Map()
    for member in _MEMBER.finditer(text):
        try:
            value = pasted_terraform.literal(text, member.end())
        except (Unreadable, StopIteration, RuntimeError, RecursionError):
            value = _OPEN
        found[member[1]], found.lines[member[1]] = value, text.count("\n", 0, member.start()) + 1
    return found


def of_mwaa(options: Mapping[str, object], airflow: str) -> Mapping[str, object]:
    """As `get_environment` has them."""
    return {"AirflowVersion": airflow, "AirflowConfigurationOptions": options}


def read_terraform(collector: Collector, text: str) -> None:
    """The environment of a container, as far as its values are literals."""
    for found in ENVIRONMENT_IN_TERRAFORM.finditer(text):
        try:
            value = pasted_terraform.literal(text, found.end()) if found[2] == "value" else _HELD
        except (Unreadable, StopIteration, RuntimeError, RecursionError):
            value = _OPEN
        collector.add(found[1], text_of(value), "environment", text.count("\n", 0, found.start()) + 1)


def read_pairs(collector: Collector, text: str) -> None:
    """A name in one line, and its value in those that follow."""
    found: dict[int, tuple[str, list[str]]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if name := _PAIR.fullmatch(line):
            found[number] = name[1], []
        elif found:
            found[max(found)][1].append(line.strip())
    for number, (variable, lines) in found.items():
        collector.add(variable, Sensitive("\n".join(lines).strip()), "variables", number)


def command_options(text: str) -> Map:
    """Those that `aws mwaa` is given, as JSON or as name=value."""
    given = ""
    for _line, words_of_line in command_lines(text.replace("\r\n", "\n"), Collector()):
        for each in words_of_line:
            if each.text == _OPTIONS_FLAG:
                given = _behind(words_of_line, _OPTIONS_FLAG).text
            elif each.text.startswith(f"{_OPTIONS_FLAG}="):
                given = each.text.partition("=")[2]
    found = Map()
    for name, value in _given_options(given).items():
        found[name], found.lines[name] = value, text.count("\n", 0, max(text.find(name), 0)) + 1
    return found


def _given_options(given: str) -> Mapping[str, object]:
    if given.lstrip().startswith("{"):
        return backend_settings.kwargs_of(given)
    pieces = _SHORTHAND.split(given)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))
