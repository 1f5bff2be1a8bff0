"""What a shell script exports, as far as reading tells: nothing of it is run.

What stands in a condition, a loop or a function may be set or not; what the shell would put together is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from secretsui.airflow.environment import MAX_TEXT, Collector, Unknown, Value, kind_of
from secretsui.core.fragment import Unreadable
from secretsui.core.sensitive import Sensitive
from secretsui.core.shell_words import Word, words

_MAX_LINES: Final = 300  # of one command: more of them are a quote that was never closed
_OPENING: Final = frozenset({"if", "case", "for", "while", "until", "select", "{"})
_CLOSING: Final = frozenset({"fi", "esac", "done", "}"})
_LEADS: Final = frozenset({"then", "else", "elif", "do", "!", "time"})
_EXPORTS: Final = frozenset({"export", "declare", "typeset"})
_ASSIGNMENT: Final = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<more>\+?)=(?P<value>.*)", re.DOTALL | re.ASCII)
_READS_OTHERS: Final = frozenset({"source", ".", "eval"})


def read_script(collector: Collector, text: str, source: str) -> None:
    if len(text) > MAX_TEXT:
        collector.problem("too-long")
        return
    script = _Script(collector, source)
    for line, found in command_lines(text.replace("\r\n", "\n"), collector):
        for command, is_joined in _commands(found):
            script.run(command, line, is_joined)
        if any(word.is_operator and word.text.startswith("<<") for word in found):
            # Its lines are data, not commands, and where they end takes a shell to tell.
            collector.gap("here-document", source, line)
            return


def command_lines(text: str, collector: Collector) -> Iterator[tuple[int, Sequence[Word]]]:
    """The words of each command line with the number of its first line: a quote or a backslash joins lines."""
    waiting: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        waiting.append(line)
        start = number - len(waiting) + 1
        found = None if _goes_on(line) and len(waiting) < _MAX_LINES else _words(waiting)
        if found is not None:
            yield start, found
            waiting.clear()
        elif len(waiting) >= _MAX_LINES:
            break
    if waiting:
        collector.problem("bad-line", start)
        collector.gap("unreadable-script", line=start)


def _goes_on(line: str) -> bool:
    return len(line) - len(line.rstrip("\\")) & 1 == 1


def _words(lines: Sequence[str]) -> Sequence[Word] | None:
    try:
        return list(words("\n".join(lines)))
    except Unreadable:
        return None


def _commands(found: Sequence[Word]) -> Iterator[tuple[Sequence[Word], bool]]:
    """Each with whether it depends on the one before, or runs in a process of its own."""
    command: list[Word] = []
    is_joined = False
    for word in found:
        if not word.is_operator:
            command.append(word)
            continue
        signs = word.text.strip()
        yield command, is_joined or signs in ("|", "&")
        is_joined = signs not in (";", "")
        command = []
    yield command, is_joined


class _Script:
    def __init__(self, collector: Collector, source: str) -> None:
        self._collector, self._source = collector, source
        self._depth = 0
        self._assigned: dict[str, Value] = {}

    def run(self, command: Sequence[Word], line: int, is_joined: bool) -> None:
        texts = [word.text for word in command]
        if texts[:1] == ["function"] and "{" in texts:
            texts = texts[texts.index("{") :]
        while texts and texts[0] in (*_OPENING, *_CLOSING, *_LEADS):
            self._depth = max(0, self._depth + (texts[0] in _OPENING) - (texts[0] in _CLOSING))
            texts.pop(0)
        self._command(command[len(command) - len(texts) :], line, is_joined or self._depth > 0)

    def _command(self, command: Sequence[Word], line: int, is_conditional: bool) -> None:
        first = command[0].text if command else ""
        if first in _READS_OTHERS:
            self._collector.gap("reads-another-script", self._source, line)
        elif first == "unset":
            self._unset(command[1:], is_conditional)
        elif first in _EXPORTS:
            is_exported = first == "export" or any(re.fullmatch(r"-\w*x\w*", word.text) for word in command)
            self._assign(command[1:], line, is_conditional, is_exported)
        elif all(_ASSIGNMENT.fullmatch(word.text) for word in command):
            self._assign(command, line, is_conditional, False)

    def _assign(self, found: Sequence[Word], line: int, is_conditional: bool, is_exported: bool) -> None:
        for word in found:
            assignment = _ASSIGNMENT.fullmatch(word.text)
            name = assignment["name"] if assignment else word.text
            if assignment:
                self._assigned[name] = self._value(word, assignment, is_conditional)
            is_set = is_exported or self._collector.value_of(name) is not None
            if is_set and name in self._assigned:
                open_value = Unknown("conditional", maybe_unset=self._collector.value_of(name) is None)
                self._collector.add(name, open_value if is_conditional else self._assigned[name], self._source, line)

    def _value(self, word: Word, assignment: re.Match[str], is_conditional: bool) -> Value:
        if is_conditional:
            return Unknown("conditional", maybe_unset=True)
        if word.is_open or assignment["more"]:
            return Unknown("substitution")
        return Sensitive(assignment["value"])

    def _unset(self, found: Sequence[Word], is_conditional: bool) -> None:
        for word in found:
            if is_conditional and kind_of(word.text) and self._collector.value_of(word.text):
                self._collector.remove(word.text)
                self._collector.add(word.text, Unknown("conditional", maybe_unset=True), self._source)
            elif not is_conditional:
                self._collector.remove(word.text)
                self._assigned.pop(word.text, None)
