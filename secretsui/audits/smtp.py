"""Mail by SMTP, with an answer to what decides whether it may be sent again: did the server take it?"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from secretsui.audits.models import Delivery
from secretsui.audits.results import Result

State = Delivery.State
END_OF_TEXT: Final = b"\r\n.\r\n"


class Unsure(OSError):
    """The whole text went out and no answer came back."""


class _Smtp(smtplib.SMTP):
    """Tells a connection that broke after the text from one that broke before."""

    _text_is_out = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            return super().data(msg)
        except (OSError, smtplib.SMTPServerDisconnected):
            if self._text_is_out:
                raise Unsure from None
            raise

    def send(self, s: Any) -> None:
        super().send(s)
        self._text_is_out = isinstance(s, bytes) and s.endswith(END_OF_TEXT)


class _SmtpSsl(_Smtp, smtplib.SMTP_SSL):
    pass


class Backend(EmailBackend):
    @property
    def connection_class(self) -> Any:
        return _SmtpSsl if self.use_ssl else _Smtp

    def open(self) -> bool | None:
        """A login that fails must not leave a connection behind."""
        try:
            return super().open()
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """A farewell that fails changes nothing of what the server has taken."""
        with suppress(OSError, smtplib.SMTPException):
            super().close()
        self.connection = None


def send(mail: EmailMultiAlternatives) -> Result:
    """Never raises for what the server or the network does."""
    try:
        get_connection().send_messages([mail])
    except Unsure:
        return Result(State.UNSURE, problem="The connection broke after the text was sent, before the server's answer.")
    except smtplib.SMTPAuthenticationError:  # whose text may hold what was tried
        return Result(State.RETRY, problem="The mail server refused the user or the password.")
    except smtplib.SMTPRecipientsRefused as refused:
        return _answered(*next(iter(refused.recipients.values())))
    except smtplib.SMTPResponseException as answer:
        return _answered(answer.smtp_code, answer.smtp_error)
    except smtplib.SMTPNotSupportedError:
        return Result(State.RETRY, problem="The mail server does not offer STARTTLS or a login as it is set here.")
    except (OSError, smtplib.SMTPException) as problem:
        return Result(
            State.RETRY, problem=f"The mail server could not be reached or did not answer ({type(problem).__name__})."
        )
    return Result(State.SENT)


def _answered(code: int, text: bytes | str) -> Result:
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    temporary = 400 <= code < 500 or code < 0  # -1: no answer that could be read
    return Result(State.RETRY if temporary else State.FAILED, str(code), f"The mail server said: {said}")
