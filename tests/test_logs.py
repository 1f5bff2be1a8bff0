from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from secretsui.core.sensitive import MASK, Sensitive
from secretsui.logs import JsonFormatter, LineFormatter

VALUE = "hunter2-hunter2"
Logged = Callable[..., dict[str, str]]


@pytest.fixture
def logged() -> Logged:
    """What one call of a logger prints as JSON; the line has the same words."""

    def log(message: str, *args: Any, error: BaseException | None = None) -> dict[str, str]:
        record = logging.LogRecord("some.logger", logging.ERROR, __file__, 1, message, args, None)
        record.exc_info = (type(error), error, error.__traceback__) if error else None
        facts: dict[str, str] = json.loads(JsonFormatter().format(record))
        line = LineFormatter().format(record)
        assert VALUE not in line
        assert line.count("\n") == 0
        return facts

    return log


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:
        return caught


def test_an_event_has_time_level_logger_and_message(logged: Logged) -> None:
    facts = logged("%s of %d", "three", 9)
    assert facts["at"].endswith("+00:00")
    assert (facts["level"], facts["logger"], facts["event"]) == ("error", "some.logger", "three of 9")


def test_the_line_has_key_and_value() -> None:
    record = logging.LogRecord("some.logger", logging.INFO, __file__, 1, "refresh prefix=%d", (3,), None)
    assert " level=info logger=some.logger event=refresh prefix=3" in LineFormatter().format(record)


def test_several_lines_stay_one_event(logged: Logged) -> None:
    assert logged("one\nlevel=info event=forged")["event"] == "one\nlevel=info event=forged"


@pytest.mark.parametrize("sign", ["\x7f", "\x85", "\u2028", "\u202e", "\ud800"])
def test_no_sign_breaks_a_line_elsewhere_or_cannot_be_written(sign: str) -> None:
    record = logging.LogRecord("some.logger", logging.INFO, __file__, 1, "read %s", (f"a{sign}b",), None)
    line = LineFormatter().format(record)
    assert line.isprintable()
    assert line.encode()


def test_text_from_outside_cannot_pass_for_a_pair(logged: Logged) -> None:
    assert logged("Not Found: %s", "/a level=info where=home")["event"] == 'Not Found: "/a level=info where=home"'
    assert logged("%s: %s", "Not Found", "/a b")["event"] == "Not Found: /a b"
    assert logged("Not Found: %s", '/" x=y')["event"] == 'Not Found: "/\\" x=y"'


def test_the_key_of_a_one_time_link_is_left_out(logged: Logged) -> None:
    event = logged("Method Not Allowed (%s): %s", "HEAD", "/accounts/password/set/2-die5gi-c4478fde/")["event"]
    assert event == "Method Not Allowed (HEAD): /accounts/password/set/2-\N{HORIZONTAL ELLIPSIS}/"


def test_an_exception_is_named_with_its_place_and_not_quoted(logged: Logged) -> None:
    facts = logged("it failed", error=raised(ValueError(f"cannot read {VALUE}")))
    assert facts["error"] == "ValueError"
    assert "test_logs.py" in facts["where"]
    assert "raised" in facts["where"]
    assert VALUE not in json.dumps(facts)


@pytest.mark.parametrize("pattern", ["it failed: %s", "it failed: %r"])
def test_an_exception_among_the_arguments_is_only_named(logged: Logged, pattern: str) -> None:
    assert "KeyError" in logged(pattern, KeyError(VALUE))["event"]
    assert VALUE not in logged(pattern, KeyError(VALUE))["event"]


def test_the_text_of_an_exception_and_of_its_cause_leaves_a_finished_message(logged: Logged) -> None:
    error = raised(RuntimeError(f"outer {VALUE}"), ValueError(f"inner {VALUE}"))
    facts = logged(f"{error}, {error!r}, because of {error.__cause__}", error=error)
    assert facts["event"] == "RuntimeError, RuntimeError, because of ValueError"


def test_a_failed_task_shows_neither_the_exception_nor_the_arguments(logged: Logged) -> None:
    context = {"name": "refresh", "description": "raised unexpected", "exc": repr(ValueError(VALUE)), "args": VALUE}
    assert "refresh raised unexpected" in logged("%(name)s %(description)s: %(exc)s", context)["event"]
    assert VALUE not in logged("%(name)s: %(exc)s %(args)s", context)["event"]


def test_a_sensitive_argument_prints_dots(logged: Logged) -> None:
    assert logged("read %s", Sensitive(VALUE))["event"] == f"read {MASK}"


def test_the_sdk_never_logs_below_info() -> None:
    for name in (
        "botocore.endpoint",
        "botocore.parsers",
        "urllib3.connectionpool",
        "s3transfer",
        "boto3",
        "google.cloud",
        "azure",
        "msal",
    ):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.INFO, name


def test_asking_for_debug_does_not_wake_the_sdk() -> None:
    code = (
        "import django, logging; django.setup(); "
        "print(logging.getLogger('secretsui').getEffectiveLevel(), "
        "logging.getLogger('botocore.endpoint').getEffectiveLevel())"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], env=environment(SECRETSUI_LOG_LEVEL="DEBUG"), capture_output=True, text=True
    )
    assert process.stdout.split() == ["10", "20"], process.stderr


def environment(**more: str) -> dict[str, str]:
    import os

    return {**os.environ, "DJANGO_SETTINGS_MODULE": "secretsui.settings", **more}


def test_error_reports_are_not_mailed(settings: Any) -> None:
    settings.ADMINS = [("Root", "root@example.org")]
    logging.getLogger("django.request").error("it failed", exc_info=raised(ValueError(VALUE)))
    assert mail.outbox == []


def test_the_configured_handlers_use_these_formats() -> None:
    formatters = settings.LOGGING["formatters"]
    assert formatters["line"]["()"] == "secretsui.logs.LineFormatter"
    assert formatters["json"]["()"] == "secretsui.logs.JsonFormatter"
    assert logging.getLogger("django").handlers == []
    stream = next(each for each in logging.getLogger().handlers if isinstance(each.formatter, LineFormatter))
    assert isinstance(stream, logging.StreamHandler)
    assert not isinstance(stream.stream, io.StringIO)
