"""Which releases the backend needs: the line for requirements.txt, and whether the installed one will do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from secretsui.core.backends.signatures import FLOORS
from secretsui.core.chain import distribution_of
from secretsui.core.rules.backend_kwargs import KNOWN
from secretsui.core.rules.settings import TOO_NEW_TO_SHARE
from secretsui.core.setup.answers import Answers, OnVault, StoreName
from secretsui.core.setup.kwargs import kwargs_of
from secretsui.core.setup.snippet import Snippet
from secretsui.core.versions import at_least, numbers

SHARED: Final = "airflow-aws-shared-secrets==0.0.5"
# The first release whose backend reads as all later ones do: JSON connections, prefixes that may be null.
_FIRST: Final[Mapping[StoreName, str]] = {
    "secrets-manager": "5.1",
    "shared-account": "8.1",
    "parameter-store": "5.1",
    "vault": "3.0",
    "google": "8.0",
    "azure": "5.0",
}
# Of Airflow 3: the minor releases that pip chose on the day of its first one, 22 April 2025.
_FIRST_OF_3: Final[Mapping[StoreName, str]] = {
    "secrets-manager": "9.6",
    "shared-account": "9.6",
    "parameter-store": "9.6",
    "vault": "4.1",
    "google": "15.0",
    "azure": "12.3",
}
# The first release that logs in with the identity it has: before, both keys had to stand in the kwargs.
_ROLE_OF_AWS: Final = "3.7"
CONSTRAINTS: Final = "Install it with the constraints file of your Airflow, which names releases that fit together."
WITHOUT_PIN: Final = (
    "The package asks for an amazon provider of release 8, so pip refuses the two together. "
    "Install it by the command in the comment, behind the provider."
)
MWAA_HAS: Final = "MWAA brings the amazon provider along: upload the line only for a newer release."


def minimum(answers: Answers) -> str:
    """The oldest release of the provider that takes these kwargs from this Airflow."""
    known = KNOWN[answers.class_path]
    needs = [known.since[name] for name in kwargs_of(answers) if name in known.since]
    if isinstance(answers.place, OnVault) and answers.place.auth == "aws_iam":
        needs.append(_ROLE_OF_AWS)
    if at_least(answers.airflow, "3"):
        needs.append(_FIRST_OF_3[answers.store])
    if at_least(answers.airflow, "3.2") and not at_least(answers.airflow, "3.3"):
        floors = next(found for start, found in FLOORS.items() if answers.class_path.startswith(start))
        needs += floors.values()
    return max([_FIRST[answers.store], *needs], key=numbers)


def too_old(answers: Answers) -> str:
    """The release that is needed, if the installed one is older."""
    floor = minimum(answers)
    return "" if at_least(answers.provider, floor) else floor


def too_new(answers: Answers) -> str:
    """The first release that the backend does not work with, if the installed one is not older."""
    is_shared = answers.store == "shared-account" and bool(answers.provider)
    return TOO_NEW_TO_SHARE if is_shared and at_least(answers.provider, TOO_NEW_TO_SHARE) else ""


def lines(answers: Answers) -> Iterator[Snippet]:
    package = distribution_of(answers.class_path)
    below = f",<{TOO_NEW_TO_SHARE}" if answers.store == "shared-account" else ""
    shared = f"# pip install --no-deps {SHARED}" if _is_beyond_pin(answers) else SHARED
    found = [f"{package}>={minimum(answers)}{below}", *([shared] if below else [])]
    text = "".join(f"{each}\n" for each in found)
    yield Snippet("requirements", "Requirements", "requirements", text, tuple(_notes(answers)))


def _notes(answers: Answers) -> Sequence[str]:
    is_amazon = distribution_of(answers.class_path).endswith("amazon")
    notes = [CONSTRAINTS]
    notes += [MWAA_HAS] if is_amazon and answers.platform == "mwaa" else []
    notes += [WITHOUT_PIN] if _is_beyond_pin(answers) else []
    return notes


def _is_beyond_pin(answers: Answers) -> bool:
    """The metadata of the shared package asks for a provider below 9."""
    releases = [each for each in (minimum(answers), answers.provider) if each]
    return answers.store == "shared-account" and any(at_least(each, "9") for each in releases)
