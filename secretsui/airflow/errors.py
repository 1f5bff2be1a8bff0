"""What an Airflow API may answer instead: one class per thing that a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final


class ApiError(Exception):
    """One failed call: a sentence for people, a remedy, the status or class behind it; never a value or an answer.

    `code` is an HTTP status, or the name of what the network library raised.
    """

    kind: ClassVar[str] = "failed"
    sentence = "Airflow answered with an error."
    remedy = "Try again; if it stays, look into the log of Airflow's API server."

    def __init__(self, sentence: str = "", *, remedy: str = "", code: str = "") -> None:
        self.sentence = sentence or type(self).sentence
        self.remedy = remedy or type(self).remedy
        self.code = code
        super().__init__(self.sentence)


class Failed(ApiError):
    """An answer that is Airflow's own, and none of the others."""


class BadCredentials(ApiError):
    kind = "bad-credentials"
    sentence = "Airflow does not accept these credentials."
    remedy = "Check the user, the password and the way to sign in that this deployment has."


class Expired(ApiError):
    kind = "expired"
    sentence = "The token or session for Airflow has expired."
    remedy = "Put a new one where the credential is kept."


class Forbidden(ApiError):
    kind = "forbidden"
    sentence = "Airflow does not let this user do that."
    remedy = "Give the user a role with the permission; Op has what is needed here."


class ConfigHidden(ApiError):
    kind = "config-hidden"
    sentence = "This Airflow does not show its configuration."
    remedy = "Enter the secrets backend here, or set expose_config to non-sensitive-only in Airflow."


class Unreachable(ApiError):
    kind = "unreachable"
    sentence = "Airflow could not be reached."
    remedy = "Check the address, and that the server is running and the network allows the way to it."


class Slow(ApiError):
    kind = "slow"
    sentence = "Airflow did not answer in time."
    remedy = "Try again later, or look at the load of Airflow's API server."


class BrokenOff(ApiError):
    """It died, or its rows changed so much while they were read that nobody knows whether all were seen."""

    kind = "broken-off"
    sentence = "Airflow stopped answering before everything was read."
    remedy = "Try again; nothing of this reading is kept."


class ForeignAnswer(ApiError):
    kind = "foreign-answer"
    sentence = "The answer did not come from Airflow's API."
    remedy = "Check the address and any proxy or sign-in page on the way."


class NotFound(ApiError):
    kind = "not-found"
    sentence = "Airflow has no such entry."
    remedy = "Check again; somebody may have deleted it."


class Unsupported(ApiError):
    kind = "unsupported"
    sentence = "This Airflow does not offer that."
    remedy = "Do it in Airflow itself."


class BadAddress(ApiError):
    kind = "bad-address"
    sentence = "This is no address of an Airflow."
    remedy = "Enter an address such as https://airflow.example.com, without user or password."


class NoCredential(ApiError):
    kind = "no-credential"
    sentence = "There is no credential to sign in to Airflow with."
    remedy = "Name one: env:SECRETSUI_CREDENTIAL_…, file:… or the ARN of a secret."


BY_KIND: Final[Mapping[str, type[ApiError]]] = {each.kind: each for each in ApiError.__subclasses__()}
