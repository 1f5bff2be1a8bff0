"""Whatever hypothesis thinks of, and what once was read differently: our answers are those of every Airflow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from secretsui.core import simulate
from secretsui.core.codec import DIALECTS, Dialect
from tests.airflow_live.conftest import Ask
from tests.airflow_live.judging import check, decoded, differences
from tests.core.strategies import hostile, json_values, names, objects, values

pytestmark = pytest.mark.airflow_live

Case = Mapping[str, Any]

FIXED = Path(__file__).parent / "fixed_cases.jsonl"
CASES_OF_ONE_DRAW = 16

types = st.sampled_from(["postgres", "postgresql", "HTTP", "google-cloud-platform", "my_type", "aws", "x+y.z", "", "1"])
ports = st.sampled_from(["", ":", ":5432", ":0", ":065", ":65536", ":x", ":٣", ":+1"])
queries = st.lists(st.tuples(hostile | st.just("__extra__"), hostile | json_values.map(json.dumps)), max_size=3)
connections = st.dictionaries(names, hostile | json_values, max_size=7)


@st.composite
def uris(draw: st.DrawFn) -> str:
    """Mostly well made, with anything in the parts."""
    login = draw(st.none() | hostile)
    host = draw(hostile | st.sampled_from(["db", "DB.Example", "[::1]", "https://h", "10.0.0.1"]))
    before = "" if login is None else f"{login}{draw(st.sampled_from(['', ':']))}{draw(hostile)}@"
    path = draw(st.sampled_from(["", "/", "/crm", "//", "/a%2Fb"]))
    query = "&".join(f"{name}={value}" for name, value in draw(queries))
    return f"{draw(types)}://{before}{host}{draw(ports)}{path}{'?' if query else ''}{query}"


@dataclass(frozen=True, slots=True)
class Draw:
    """One example of hypothesis."""

    conn: Mapping[str, Any]
    uri: str
    text: str
    stored: Mapping[str, Any]

    def crossed(self, other: Draw) -> Draw:
        """Half of this and half of the other: drawing costs far more than asking."""
        half = list(self.conn)[::2]
        conn = {**other.conn, **{name: self.conn[name] for name in half}, "extra": self.text}
        uri = self.uri[: len(self.uri) // 2] + other.uri[len(other.uri) // 2 :]
        stored = {**self.stored, **other.conn}
        return Draw(conn, uri, json.dumps({**other.stored, **self.conn}), stored)

    def cases(self) -> Sequence[Case]:
        stored = json.dumps(self.stored)
        return [
            {"op": "get_uri", "conn": self.conn},
            {"op": "as_json", "conn": self.conn},
            {"op": "from_json", "text": json.dumps(self.conn)},
            {"op": "parse_uri", "uri": self.uri},
            {"op": "from_json", "text": self.text},
            {"op": "decode_secret", "text": self.uri},
            {"op": "decode_secret", "text": self.text},
            {"op": "decode_secret", "text": stored},
        ]


@pytest.fixture(scope="module")
def cases(seed: int, count: int) -> Sequence[Case]:
    """Two for each of `count`, so 20,000; and the fixed ones."""
    draws: list[Draw] = []

    @seeded(seed)
    @settings(
        max_examples=2 * count // CASES_OF_ONE_DRAW,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.builds(Draw, connections, uris(), values, objects))
    def collect(drawn: Draw) -> None:
        draws.append(drawn)

    collect()
    crossed = [one.crossed(other) for one, other in zip(draws, draws[1:] + draws[:1], strict=True)]
    made = [case for draw in (*draws, *crossed) for case in draw.cases()]
    assert len(made) >= 2 * count
    fixed = [json.loads(line) for line in FIXED.read_text(encoding="utf-8").splitlines()]
    return list(json.loads(json.dumps(fixed + made)))  # as Airflow will get them: two halves of a character become one


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_case_is_answered_as_airflow_does(
    dialect: Dialect, ask_airflow: Ask, cases: Sequence[Case], seed: int
) -> None:
    theirs = ask_airflow(dialect, cases)
    check(differences(cases, theirs, [answer(case, dialect) for case in cases]), len(cases), seed)
    refused = sum("error" in each for each in theirs)
    assert len(cases) * 0.1 < refused < len(cases) * 0.9


def answer(case: Case, dialect: Dialect) -> dict[str, Any]:
    if case["op"] == "decode_secret":
        return decoded(case["text"], dialect, case.get("words"))
    return dict(json.loads(simulate.answer_line(json.dumps({**case, "airflow": dialect}).encode()), parse_constant=str))
