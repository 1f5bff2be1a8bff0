"""Editing one field changes that field for every Airflow and nothing else, or says so and asks first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest
from django.http import QueryDict
from hypothesis import assume, given
from hypothesis import strategies as st

from secretsui.core.aliases import ALIASES
from secretsui.core.codec import DIALECTS, decode_secrets_manager
from secretsui.core.codec_errors import DecodeError
from secretsui.core.connection import Connection
from secretsui.core.json_members import members
from secretsui.core.sensitive import Sensitive
from secretsui.web.connection_form import Composed, bind, to_text
from secretsui.web.forms.connection import ConnectionFields
from secretsui.web.forms.stored import Stored
from secretsui.web.review import Review, review
from tests.core import strategies

NEW: Final[Mapping[str, Any]] = {
    "conn_type": "ftp",
    "host": "new.example",
    "schema": "new schema",
    "login": "new@login",
    "password": "new/pass:word",
    "port": 4711,
    "extra": '{"new": 1}',
}


def stored(text: str) -> Stored:
    return Stored(Sensitive(text), "v5", "version 5")


def as_sent(base: Stored, typed: Mapping[str, str], *, shown: bool = False) -> QueryDict:
    """What a browser sends of the page: the fields as they were shown, and what was typed."""
    form = bind(None, "connection", base, shown=shown)
    sent = QueryDict(mutable=True)
    sent.update({name: str(value or "").replace("\n", "\r\n") for name, value in form.initial.items()})
    sent.update(typed)
    for name, value in typed.items():
        sent[name] = value
    return sent


def saved(base: Stored, onto: Stored | None = None, *, shown: bool = False, **typed: str) -> tuple[Composed, Review]:
    form = bind(as_sent(base, typed, shown=shown), "connection", base)
    assert form.is_valid(), form.errors
    composed = to_text(form, onto)
    return composed, review("x", composed, form, "connection", new=False)


def text(composed: Composed) -> str:
    return composed.text.reveal()


def readings(value: str) -> dict[str, Connection]:
    """Of the Airflows that read it."""
    found = {}
    for dialect in DIALECTS:
        try:
            found[dialect] = decode_secrets_manager(value, dialect)
        except DecodeError:
            continue
    return found


def facts_of(conn: Connection, *, without: str = "") -> dict[str, Any]:
    """A URI with a password alone makes the login "", which to a hook is none as well."""
    found = {name: getattr(conn, name) for name in Connection.__slots__ if name != without}
    return found | {"login": found.get("login") or None}


def revealed(conn: Connection, field: str) -> Any:
    value = getattr(conn, field)
    return value.reveal() if isinstance(value, Sensitive) else value


def sayings(found: Review) -> str:
    return " ".join(f"{remark.words.cause} {remark.where}" for remark in found.remarks)


part = st.text("abcXYZ019._-~%", max_size=6) | st.sampled_from(["%2F", "%40x", "%zz", "%ff", "é", "A B", ""])
parameters = st.lists(
    st.sampled_from(["a=1", "a=2", "b=true", "c", "c=", "d=x%20y", "__extra__=%7B%22n%22%3A+1.0%7D", "e={}", "f=01"]),
    max_size=4,
)


@st.composite
def uris(draw: st.DrawFn) -> str:
    """Such as people write, with what Airflow passes over in them."""
    login = draw(
        st.sampled_from(["", "@", ":@"]) | st.builds("{}@".format, part) | st.builds("{}:{}@".format, part, part)
    )
    port = draw(st.sampled_from(["", "", ":", ":0", ":22", ":05432"]))
    path = draw(st.just("") | st.builds("/{}".format, part))
    query = draw(st.just("") | parameters.map("&".join).map("?{}".format))
    rest = draw(st.sampled_from(["", "", "#", "#rest"]))
    scheme = draw(st.sampled_from(["postgres", "POSTGRESQL", "http", "google-cloud-platform", "http://https", "aws"]))
    blank = draw(st.sampled_from(["", "", " ", "\n"]))
    return f"{blank}{scheme}://{login}{draw(part)}{port}{path}{query}{rest}{blank}"


@st.composite
def objects(draw: st.DrawFn) -> str:
    """JSON with other names, spellings and types than Airflow's own, and with names that stand twice."""
    names = [name for names in ALIASES.values() for name in names] + ["dbname", "description", "uri", "", "é"]
    value = st.sampled_from(['"x"', '"5432"', "1", "1.10", "1e400", "true", "null", '""', '"\\u00fc"', '"a\\nb"', "{}"])
    extra = st.sampled_from(['{"n":1.0,"b":true,"l":[1,{}]}', '"{\\"a\\": 1}"', '{"a":1,"a":2}', "null", '""'])
    chosen = draw(st.lists(st.sampled_from(names), max_size=6))
    pairs = [("conn_type", '"postgres"')] * draw(st.integers(0, 1))
    pairs += [(name, draw(extra if name == "extra" else value)) for name in chosen]
    colon, comma = draw(st.sampled_from([(":", ","), (": ", ", "), (" : ", " ,\n\t")]))
    return "{" + comma.join(f"{json.dumps(name)}{colon}{spelled}" for name, spelled in pairs) + "}"


values = uris() | objects() | strategies.values


def editable(value: str) -> Stored:
    """By fields; one without a type is not saved like this, nor one whose type is no word."""
    base = stored(value)
    assume(isinstance(bind(None, "connection", base), ConnectionFields))
    assume(bind(as_sent(base, {}), "connection", base).is_valid())
    return base


@given(values, st.booleans())
def test_what_was_only_looked_at_stays_to_the_byte(value: str, shown: bool) -> None:
    composed, _ = saved(editable(value), shown=shown)
    assert text(composed) == value


@given(values, st.sampled_from(sorted(NEW)), st.booleans())
def test_one_field_changes_and_every_airflow_reads_the_rest_as_before(value: str, field: str, shown: bool) -> None:
    base = editable(value)
    composed, found = saved(base, shown=shown, **{field: str(NEW[field])})
    if found.errors:
        return
    before, after = readings(value), readings(text(composed))
    assert after.keys() >= before.keys()
    for dialect, conn in after.items():
        assert revealed(conn, field) == NEW[field] or (
            field == "extra" and json.loads(revealed(conn, field)) == {"new": 1}
        )
        if composed.in_place and dialect in before:
            assert facts_of(conn, without=field) == facts_of(before[dialect], without=field)
    if not composed.in_place:
        assert_told(base, composed, found)


def assert_told(base: Stored, composed: Composed, found: Review) -> None:
    """A text that is written anew: whoever read it in another way before is named, and so is what gets lost."""
    for place in (*composed.dropped, *composed.left_out):
        assert place in sayings(found)
    assert base.connection is not None
    assert readings(text(composed))["3.3"].conn_type


@given(objects(), st.sampled_from(sorted(NEW)))
def test_json_keeps_every_other_member_as_it_is_spelled(value: str, field: str) -> None:
    composed, _ = saved(editable(value), **{field: str(NEW[field])})
    assert composed.in_place
    assert spelled(text(composed), without=field) == spelled(value, without=field)


def spelled(value: str, *, without: str) -> list[tuple[str, str]]:
    return [(each.name, value[each.value : each.end]) for each in members(value) if each.name not in ALIASES[without]]


@given(values, st.sampled_from(["login", "password", "extra", "host", "port", "schema"]))
def test_a_removed_field_is_gone_and_nothing_else(value: str, field: str) -> None:
    base = editable(value)
    typed = {field: ""} if field in ("host", "port", "schema") else {f"remove_{field}": "on"}
    composed, found = saved(base, **typed)
    if found.errors or not composed.in_place:
        return
    before, after = readings(value), readings(text(composed))
    for dialect, conn in after.items():
        if dialect in before:
            assert facts_of(conn, without=field) == facts_of(before[dialect], without=field)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("postgres://u:p@h/db?a=1&a=2", "parameter 1 of 2"),
        ("postgres://u:p@h/db?x=secret&__extra__=%7B%7D", "the parameters beside __extra__"),
    ],
)
def test_what_a_uri_holds_unread_stays_or_is_named(value: str, place: str) -> None:
    composed, found = saved(stored(value), host="h2")
    assert text(composed) == value.replace("@h/", "@h2/")
    assert not [*found.errors, *found.warnings]
    composed, found = saved(stored(value), written_as="json")
    assert place in sayings(found)
    assert found.warnings


def test_what_follows_a_hash_is_never_dropped_in_silence() -> None:
    base = stored("postgres://u:pa@h/db#ss")
    composed, found = saved(base, host="h2")
    assert text(composed).endswith("#ss")
    assert "stands unescaped" in sayings(found)
    _, found = saved(base, written_as="json")
    assert "what follows the # at character 21" in sayings(found)


def test_an_empty_password_stays_empty_for_a_task() -> None:
    composed, found = saved(stored("postgres://u:@h"), host="h2")
    assert text(composed) == "postgres://u:@h2"
    assert not [*found.errors, *found.warnings]


def test_an_airflow_that_reads_otherwise_goes_on_reading_as_before() -> None:
    composed, found = saved(stored("http://h/?retries=10"), host="h2")
    assert text(composed) == "http://h2/?retries=10"
    assert not [*found.errors, *found.warnings]
    assert all(reading.is_faithful for reading in composed.readings)


def test_keys_that_stand_twice_and_unknown_ones_stay() -> None:
    value = '{"conn_type":"ftp","host":"a","host":"b","dbname":"x","dbname":"y","extra":{"n":1e400}}'
    composed, _ = saved(stored(value), login="l")
    assert text(composed) == value[:-1] + ',"login":"l"}'


BASE: Final = {"conn_type": "http", "host": "h", "extra": {"a": 1, "b": 2, "c": 3}}


@pytest.mark.parametrize(
    ("theirs", "mine", "merged"),
    [
        ({"a": 1, "b": 9, "c": 3}, {"a": 7, "b": 2, "c": 3}, {"a": 7, "b": 9, "c": 3}),
        ({"a": 1, "b": 2, "c": 3, "d": 4}, {"a": 1, "b": 2}, {"a": 1, "b": 2, "d": 4}),
        ({"a": 5, "b": 2, "c": 3}, {"a": 6, "b": 2, "c": 3}, {"a": 6, "b": 2, "c": 3}),
        ({"b": 2, "c": 3}, {"a": True, "b": 2, "c": 3}, {"b": 2, "c": 3, "a": True}),
        ({}, {"a": 1, "b": 2, "c": 3, "d": 4}, {"d": 4}),
    ],
)
def test_on_top_of_theirs_an_extra_is_merged_key_by_key(
    theirs: dict[str, Any], mine: dict[str, Any], merged: dict[str, Any]
) -> None:
    onto = stored(json.dumps({**BASE, "host": "h2", "extra": theirs}))
    composed, _ = saved(stored(json.dumps(BASE)), onto, extra=json.dumps(mine), login="l")
    assert json.loads(text(composed)) == {**BASE, "host": "h2", "extra": merged, "login": "l"}


def test_on_top_of_an_extra_that_is_no_object_mine_is_taken() -> None:
    onto = stored('{"conn_type": "http"}')
    composed, _ = saved(stored(json.dumps(BASE)), onto, extra='{"a": 2, "b": 2, "c": 3}')
    assert json.loads(text(composed))["extra"] == {"a": 2}


keys = st.sampled_from(["sslmode", "options", "connect_timeout", "a", "b c", "__extra__"])
texts = st.sampled_from(["require", "x", "10", "true", "null", "", "{}", "a%20b", "%7B%22n%22%3A1%7D", "+"])


@st.composite
def with_extras(draw: st.DrawFn) -> str:
    """A Postgres connection with an extra, as a URI or as JSON."""
    if draw(st.booleans()):
        pairs = draw(st.lists(st.tuples(keys, texts), max_size=4))
        return "postgres://u:p@h/db?" + "&".join(f"{key.replace(' ', '+')}={text}" for key, text in pairs)
    value = st.sampled_from(["require", "10", 10, 1.5, True, None, {"n": 1}, [1]])
    extra = draw(st.dictionaries(keys, value, max_size=4))
    return json.dumps({"conn_type": "postgres", "extra": draw(st.sampled_from([extra, json.dumps(extra)]))})


@given(
    with_extras(),
    st.sampled_from(
        [("sslmode", "verify-full", "verify-full"), ("options", "-c x", "-c x"), ("connect_timeout", "7", 7)]
    ),
)
def test_one_typed_extra_changes_and_every_airflow_reads_the_others_as_before(
    value: str, change: tuple[str, str, Any]
) -> None:
    key, typed, meant = change
    composed, found = saved(editable(value), **{f"x-{key}": typed})
    if found.errors:
        return
    before, after = readings(value), readings(text(composed))
    for dialect, conn in after.items():
        assert extra_of(conn)[key] == meant
        if composed.in_place and dialect in before:
            assert without(extra_of(conn), key) == without(extra_of(before[dialect]), key)
            assert facts_of(conn, without="extra") == facts_of(before[dialect], without="extra")
    assert composed.in_place or found.warnings


def extra_of(conn: Connection) -> dict[str, Any]:
    return dict(json.loads(conn.extra.reveal())) if conn.extra else {}


def without(extra: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in extra.items() if name != key}
