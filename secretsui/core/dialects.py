"""The three ways in which Airflow reads and writes a connection, and where they part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Dialect = Literal["2.11", "3.3", "3.3-sdk"]
DIALECTS: Final[tuple[Dialect, ...]] = ("2.11", "3.3", "3.3-sdk")

STANDARD_KEYWORDS: Final = frozenset(
    {"conn_type", "description", "host", "login", "password", "schema", "port", "extra", "uri"}
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs between the server's model of each generation and the class that tasks of Airflow 3 use."""

    # Keywords that the constructor takes, apart from conn_id.
    keywords: frozenset[str]
    # The model of the server: it encrypts password and extra, so both must be text in UTF-8, and drops "" as password.
    # It takes a false value for "no URI" and a description beside one. The task's class does neither.
    is_model: bool
    # A host that repeats the type (http://…) is taken apart all the same, which its own parser then misreads.
    splits_own_protocol: bool
    # The parameters of a URI are read as JSON where they happen to be JSON.
    reads_json_parameters: bool
    # An extra that is not a JSON object is an error rather than a warning.
    requires_object: bool
    # Reading the extra hands each text in it to a log mask that only takes UTF-8.
    masks_in_utf8: bool


RULES: Final[Mapping[Dialect, Rules]] = {
    "2.11": Rules(
        keywords=STANDARD_KEYWORDS,
        is_model=True,
        splits_own_protocol=True,
        reads_json_parameters=False,
        requires_object=False,
        masks_in_utf8=True,
    ),
    "3.3": Rules(
        keywords=STANDARD_KEYWORDS | {"team_name"},
        is_model=True,
        splits_own_protocol=False,
        reads_json_parameters=True,
        requires_object=True,
        masks_in_utf8=False,
    ),
    "3.3-sdk": Rules(
        keywords=STANDARD_KEYWORDS,
        is_model=False,
        splits_own_protocol=False,
        reads_json_parameters=False,
        requires_object=False,
        masks_in_utf8=False,
    ),
}
