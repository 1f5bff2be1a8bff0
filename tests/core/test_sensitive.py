from __future__ import annotations

import copy
import dataclasses
import json
import logging
import pickle
import sys
import traceback
from collections.abc import Callable

import pytest

from secretsui.core.sensitive import MASK, Hidden, Sensitive, as_json
from secretsui.logs import JsonFormatter, LineFormatter

CANARY = "c4nary-7f3a"


@dataclasses.dataclass
class Holder:
    name: str
    value: Sensitive


@pytest.mark.parametrize(
    "show",
    [
        str,
        repr,
        ascii,
        format,
        lambda value: f"{value}!",
        lambda value: f"{value!r:>40}",
        lambda value: f"{value:>40}",
        lambda value: "%s %r" % (value, value),  # noqa: UP031 - loggers format like this
        "{0} {0!r}".format,
        lambda value: str([value, {"key": value}, (value,)]),
        lambda value: json.dumps({"value": value}, default=as_json, ensure_ascii=False),
        lambda value: f"{Holder('h', value)}",
        lambda value: str(dataclasses.asdict(Holder("h", value))),
        lambda value: repr(copy.deepcopy(Holder("h", value))),
        lambda value: f"{value.__getstate__()} {value}",
        lambda value: repr(pickle.loads(pickle.dumps(Holder("h", value)))),
        lambda value: str(pickle.loads(pickle.dumps(value))),
    ],
)
def test_every_way_of_printing_shows_dots(show: Callable[[Sensitive], str]) -> None:
    shown = show(Sensitive(CANARY))
    assert CANARY not in shown
    assert MASK in shown or repr(MASK) in shown or ascii(MASK)[1:-1] in shown


def test_revealing_it_by_name_gives_the_text() -> None:
    assert Sensitive(CANARY).reveal() == CANARY


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_leaves_the_text_behind(protocol: int) -> None:
    pickled = pickle.dumps(Sensitive(CANARY), protocol)
    assert CANARY.encode() not in pickled
    with pytest.raises(TypeError, match="left behind"):
        pickle.loads(pickled).reveal()


def test_a_copy_inside_the_process_is_the_value_itself() -> None:
    value = Sensitive(CANARY)
    assert copy.copy(value) is value
    assert copy.deepcopy([value])[0] is value


def test_json_refuses_it_without_being_told_how() -> None:
    with pytest.raises(TypeError) as caught:
        json.dumps(Sensitive(CANARY))
    assert CANARY not in str(caught.value)


def test_only_sensitive_values_are_dotted_in_json() -> None:
    assert json.loads(json.dumps([Sensitive(CANARY), Hidden()], default=as_json)) == [MASK, MASK]
    with pytest.raises(TypeError, match="set"):
        json.dumps({1}, default=as_json)


@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter()])
def test_logs_show_dots_as_message_argument_and_exception(formatter: logging.Formatter) -> None:
    value = Sensitive(CANARY)
    try:
        raise ValueError(value, CANARY)
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "%s %r", (value, Holder("h", value)), sys.exc_info()
        )
    line = formatter.format(record)
    assert CANARY not in line
    assert "ValueError" in line


def test_a_traceback_with_local_variables_shows_dots() -> None:
    value = Sensitive(CANARY)
    try:
        raise ValueError(f"cannot use {value}")
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "value = " in shown
    assert CANARY not in shown.replace(f"CANARY = '{CANARY}'", "")


def test_equality_compares_the_text() -> None:
    assert Sensitive("a") == Sensitive("a")
    assert Sensitive("a") != Sensitive("b")
    assert Sensitive("a") != "a"
    assert len({Sensitive("a"), Sensitive("a"), Sensitive("\ud800")}) == 2


def test_it_is_as_true_as_its_text() -> None:
    assert Sensitive("0")
    assert not Sensitive("")


def test_a_fingerprint_depends_on_text_and_key_and_shows_neither() -> None:
    value = Sensitive(CANARY)
    assert value.fingerprint(b"key") == Sensitive(CANARY).fingerprint(b"key")
    assert len({value.fingerprint(b"key"), value.fingerprint(b"other"), Sensitive("\ud800").fingerprint(b"key")}) == 3
    assert len(value.fingerprint(b"key")) == 64
