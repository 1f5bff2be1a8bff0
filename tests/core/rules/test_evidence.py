"""Nothing is found in what is sound, and nothing of a secret is in what is found."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from secretsui.core import catalogue, codec
from secretsui.core.codec import DIALECTS, CodecError
from secretsui.core.connection import Connection
from secretsui.core.findings import Finding
from secretsui.core.rules.format import Context, lint
from secretsui.core.rules.value import is_same
from secretsui.core.sensitive import Sensitive
from secretsui.demo.accounts import ACCOUNTS
from secretsui.demo.story import KINDS, Sample, samples
from tests.core import strategies as some

GRAVE = ("critical", "high")


def grave(text: str, kind: str = "connection") -> list[Finding]:
    return [finding for finding in lint(Sensitive(text), kind) if finding.severity in GRAVE]


@pytest.mark.parametrize(
    "conn_type", [each for each in catalogue.all_types() if each.example], ids=lambda each: each.conn_type
)
def test_no_example_of_the_catalogue_has_a_fault(conn_type: catalogue.ConnType) -> None:
    text = json.dumps({"conn_type": conn_type.conn_type, **conn_type.example})
    assert [each for each in lint(Sensitive(text), "connection") if each.severity not in ("low", "info")] == []


STORY = [
    (sample, KINDS[sample.name.split("/")[1]])
    for account in ACCOUNTS
    for sample in samples(account)
    if sample.name.startswith("airflow/")
]


def texts(sample: Sample) -> list[str]:
    return [text for text in sample.texts() if isinstance(text, str)]


def test_no_sound_secret_of_the_sample_company_has_a_grave_fault() -> None:
    found = {
        sample.name: grave(text, kind) for sample, kind in STORY if not sample.broken for text in texts(sample)[-1:]
    }
    assert len(found) > 80
    assert {name: each for name, each in found.items() if each} == {}


def test_most_of_its_broken_secrets_have_one() -> None:
    broken = [(sample, kind) for sample, kind in STORY if sample.broken and texts(sample)]
    found = [sample for sample, kind in broken if lint(Sensitive(texts(sample)[-1]), kind)]
    assert len(found) == len(broken) >= 10


known_types = st.sampled_from([each.conn_type for each in catalogue.all_types()])


@given(
    conn=some.sound_connections(some.any_extras),
    conn_type=known_types,
    form=st.sampled_from(["uri", "json"]),
    dialect=some.dialects,
)
def test_no_random_good_connection_has_a_grave_fault(conn: Any, conn_type: str, form: str, dialect: Any) -> None:
    fields = {name: getattr(conn, name) for name in ("host", "login", "password", "schema", "port", "extra")}
    # What only looks like a slip is one to the rules as well.
    assume(not any(sign in str(_plain(value)) for value in fields.values() for sign in ("%", "<", "x", "X", "***")))
    conn = Connection(conn_type=conn_type, **fields)
    try:
        text = (codec.to_uri if form == "uri" else codec.to_json)(conn, dialect).reveal()
        first, *others = [codec.decode_secrets_manager(text, each) for each in DIALECTS]
    except CodecError:
        return
    if all(is_same(first, other) for other in others) and not _needs_password(conn_type):
        assert grave(text) == []


def _plain(value: Any) -> Any:
    return value.reveal() if isinstance(value, Sensitive) else value


def _needs_password(conn_type: str) -> bool:
    known = catalogue.find(conn_type)
    return known is not None and any("password" in group for group in known.needs)


# No four letters of this occur in any word that a finding may use.
CANARY = "q7Zk9vXw3J"
slips = st.lists(
    st.sampled_from([*some.PIECES, "12", " ", "é", "%41", "-----BEGIN KEY-----", "***", "\n"]), max_size=3
).map("".join)
secrets = st.tuples(slips, slips, slips).map(CANARY.join)
contexts = st.sampled_from(
    [
        Context(),
        Context(backend="a.VaultBackend"),
        Context(backend="a.SystemsManagerParameterStoreBackend"),
        Context(
            backend_kwargs={"full_url_mode": False}, provider_versions={"apache-airflow-providers-snowflake": "6.5.0"}
        ),
    ]
)
keys = st.sampled_from(
    [
        "login",
        "password",
        "user",
        "pass",
        "key",
        "host",
        "schema",
        "extra",
        "dbname",
        "uri",
        "port",
        "conn_uri",
        "value",
        "note",
    ]
)
extra_keys = st.sampled_from(["private_key", "token", "private_key_content", "extra__snowflake__account", "a"])
TYPES = ["postgres", "snowflake", "ssh", "x_y", "postgresql+psycopg2", "google-cloud-platform", ""]


def assert_shows_nothing(text: str, kind: str, context: Context) -> None:
    shown = repr(lint(Sensitive(text), kind, context))
    assert not any(CANARY[at : at + 4].lower() in shown.lower() for at in range(len(CANARY) - 3))


@given(
    conn_type=st.sampled_from(TYPES),
    login=secrets | st.just("u"),
    password=secrets,
    tail=st.sampled_from(["", "/db", ":5432/db", "?a=b", "#f", ":x"]),
    quote=st.sampled_from(["", "'", " "]),
    context=contexts,
)
def test_no_finding_in_a_uri_holds_a_piece_of_a_secret(
    conn_type: str, login: str, password: str, tail: str, quote: str, context: Context
) -> None:
    assert_shows_nothing(f"{quote}{conn_type}://{login}:{password}@h.example{tail}{quote}", "connection", context)


@given(
    conn_type=st.sampled_from(TYPES),
    fields=st.dictionaries(keys | secrets, secrets | st.lists(secrets, max_size=2), max_size=5),
    extra=st.dictionaries(extra_keys | secrets, secrets | st.integers(), max_size=3),
    cut=st.integers(0, 5),
    context=contexts,
)
def test_no_finding_in_json_holds_a_piece_of_a_secret(
    conn_type: str, fields: dict[str, Any], extra: dict[str, Any], cut: int, context: Context
) -> None:
    text = json.dumps({"conn_type": conn_type, "extra": extra, **fields})
    assert_shows_nothing(text[: len(text) - cut], "connection", context)


@given(
    text=secrets | st.dictionaries(secrets, secrets, max_size=3).map(json.dumps),
    quote=st.sampled_from(["", "'", " "]),
    context=contexts,
)
def test_no_finding_in_a_variable_holds_a_piece_of_a_secret(text: str, quote: str, context: Context) -> None:
    assert_shows_nothing(f"{quote}{text}{quote}", "variable", context)


@given(text=some.values, kind=st.sampled_from(["connection", "variable", "config", "other"]), context=contexts)
def test_there_are_findings_about_any_text(text: str, kind: str, context: Context) -> None:
    for finding in lint(Sensitive(text), kind, context):
        assert len(finding.where) <= 120
        assert finding.code
        assert finding.field


@pytest.mark.parametrize("kind", ["connection", "variable"])
@pytest.mark.parametrize("depth", [300, 900, 950, 975, 985, 990, 995, 2000])
def test_even_an_extra_that_the_parser_can_just_bear_is_looked_at(kind: str, depth: int) -> None:
    extra = '{"private_key": "-----BEGIN KEY----- bm90 -----END KEY-----", "a": ' + "[" * depth + "]" * depth + "}"
    found = lint(Sensitive(f'{{"conn_type": "ssh", "dbname": "x", "extra": {extra}}}'), kind)
    assert found or kind == "variable"
