"""What every store promises. A store without a capability is spared the cases that need it, and says `Unable`."""

from __future__ import annotations

import pickle
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

import pytest

from secretsui.core.sensitive import MASK, Sensitive
from secretsui.stores.base import (
    MUST_NOT_EXIST,
    BadName,
    Capabilities,
    Conflict,
    NotFound,
    PendingDeletion,
    Store,
    StoreError,
    TooLarge,
    Unable,
    Value,
    VersionChange,
)
from tests.stores.contract_cases import CASES, Case

CHANGES: Final[tuple[VersionChange, ...]] = get_args(VersionChange)
# What a store that lists in pages without end is taken to have, so that no test makes thousands of secrets.
LONGEST_PAGE: Final = 100


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def store(case: Case, request: pytest.FixtureRequest) -> Store:
    return case.open(request)


@pytest.fixture
def name(case: Case) -> str:
    return case.name("airflow/connections/db")


def needs(store: Store, capability: str) -> None:
    if not getattr(store.capabilities, capability):
        pytest.skip(f"a store without {capability}")


def lacks(store: Store, capability: str) -> None:
    if getattr(store.capabilities, capability):
        pytest.skip(f"a store with {capability}")


def create(store: Store, name: str, text: str = "one", **more: Any) -> str:
    return store.write(name, Sensitive(text), replaces=MUST_NOT_EXIST, **more)


def text_of(store: Store, name: str) -> str:
    (value,) = answers(store, [name]).values()
    assert isinstance(value, Value)
    assert value.text is not None
    return value.text.reveal()


def answers(store: Store, names: list[str]) -> dict[str, Value | StoreError]:
    found: dict[str, Value | StoreError] = {}
    for batch in store.read(names):
        assert not found.keys() & batch.keys(), "a name was answered twice"
        found |= batch
    return found


def names_of(store: Store, prefix: str) -> list[str]:
    return [info.name for page in store.list(prefix) for info in page]


def current_of(store: Store, name: str) -> str:
    return store.describe(name).version_id


def test_a_written_secret_is_read_back(store: Store, case: Case, name: str) -> None:
    version = create(store, name)

    value = answers(store, [name])[name]

    assert isinstance(value, Value)
    assert (value.name, value.version_id, value.text) == (name, version, Sensitive("one"))
    if store.capabilities.history and case.dates_values:
        assert value.created_at is not None
        assert value.created_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["x", "{}", "two\nlines", "ünï ☃ 🔑", " spaces "])
def test_a_text_comes_back_as_it_was(store: Store, name: str, text: str) -> None:
    create(store, name, text=text)

    assert text_of(store, name) == text


def test_the_largest_text_comes_back_as_it_was(store: Store, name: str) -> None:
    text = "a" * store.capabilities.max_bytes
    create(store, name, text=text)

    assert text_of(store, name) == text


def test_a_list_gives_what_begins_with_the_prefix_and_no_value(store: Store, case: Case, name: str) -> None:
    has = store.capabilities
    more: dict[str, Any] = {"description": "words"} if has.descriptions else {}
    version = create(store, name, text="unmistakable", **more, **({"tags": {"team": "data"}} if has.tags else {}))
    others = ["airflow/connections2/x", "other"] + ["Airflow/connections/y"] * case.tells_letter_case
    for other in others:
        create(store, case.name(other))

    pages = list(store.list(case.name("airflow/connections/")))

    (info,) = [info for page in pages for info in page]
    assert info.name == name
    assert info.version_id == (version if has.lists_versions else "")
    detailed = info if has.lists_details else store.describe(name)
    assert detailed.description == ("words" if has.descriptions else "")
    assert dict(detailed.tags) == ({"team": "data"} if has.tags else {})
    assert "unmistakable" not in repr(pages)


def test_a_prefix_may_end_within_a_name(store: Store, case: Case, name: str) -> None:
    create(store, name)
    create(store, case.name("airflow/connections/other"))

    assert names_of(store, name[:-1]) == [name]


def test_a_list_without_a_prefix_gives_everything(store: Store, case: Case) -> None:
    names = [case.name("a"), case.name("b/c")]
    for each in names:
        create(store, each)

    assert sorted(names_of(store, "")) == names


def test_a_list_goes_on_to_its_last_page(store: Store, case: Case) -> None:
    count = min(store.capabilities.page_size, LONGEST_PAGE) + 1
    names = [case.name(f"airflow/connections/c{number:03}") for number in range(count)]
    for each in names:
        create(store, each)

    assert sorted(names_of(store, case.name("airflow/connections/"))) == names
    assert all(isinstance(each, Value) for each in answers(store, names).values())


def test_an_empty_list_is_no_error(store: Store, case: Case) -> None:
    assert names_of(store, case.name("airflow/")) == []
    assert answers(store, []) == {}


def test_every_asked_name_is_answered_once(store: Store, case: Case, name: str) -> None:
    create(store, name)
    missing = [case.name(f"missing/m{number}") for number in range(store.capabilities.batch_size + 9)]
    asked = [name, missing[0], name, *missing[1:]]

    found = answers(store, asked)

    assert set(found) == set(asked)
    assert isinstance(found.pop(name), Value)
    assert {type(each) for each in found.values()} == {NotFound}
    assert {error.name for error in found.values() if isinstance(error, StoreError)} == set(found)


def test_creating_what_exists_is_a_conflict_that_names_the_version(store: Store, name: str) -> None:
    version = create(store, name)

    with pytest.raises(Conflict) as caught:
        create(store, name, text="two")

    assert caught.value.current == version
    assert text_of(store, name) == "one"


def test_a_repeated_create_is_the_same_create(store: Store, name: str) -> None:
    token = str(uuid.uuid4())

    assert create(store, name, token=token) == create(store, name, token=token)


def test_a_write_replaces_the_version_it_was_made_from(store: Store, name: str) -> None:
    first = create(store, name)

    second = store.write(name, Sensitive("two"), replaces=first)

    assert second != first
    assert text_of(store, name) == "two"
    assert current_of(store, name) == second


def test_a_write_from_an_old_version_is_a_conflict_and_changes_nothing(store: Store, name: str) -> None:
    first = create(store, name)
    second = store.write(name, Sensitive("two"), replaces=first)

    with pytest.raises(Conflict) as caught:
        store.write(name, Sensitive("three"), replaces=first)

    assert caught.value.current == second
    assert text_of(store, name) == "two"


@pytest.mark.parametrize("token", ["5f0a6c1e-9a57-4d3e-8b0c-2f5f3a1d7e90", "short", "x" * 100])
def test_a_repeated_write_is_the_same_write(store: Store, name: str, token: str) -> None:
    first = create(store, name)

    versions = {store.write(name, Sensitive("two"), replaces=first, token=token) for _ in range(3)}

    assert len(versions) == 1
    assert text_of(store, name) == "two"


def test_a_token_used_for_another_text_is_a_conflict(store: Store, name: str) -> None:
    first, token = create(store, name), str(uuid.uuid4())
    second = store.write(name, Sensitive("two"), replaces=first, token=token)

    with pytest.raises(Conflict) as caught:
        store.write(name, Sensitive("three"), replaces=first, token=token)

    assert caught.value.current == second
    assert text_of(store, name) == "two"


def test_writing_to_a_missing_secret_says_so(store: Store, case: Case, name: str) -> None:
    with pytest.raises(NotFound):
        store.write(name, Sensitive("two"), replaces=case.no_version)


def test_a_value_that_is_too_large_is_refused_before_it_is_sent(store: Store, name: str) -> None:
    largest = store.capabilities.max_bytes
    with pytest.raises(TooLarge):
        create(store, name, text="é" * (largest // 2) + "x")

    assert names_of(store, "") == []


def test_half_a_character_is_refused_in_words(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="Character 1"):
        create(store, name, text="\ud800")


def test_an_empty_text_is_kept_or_refused_in_words(store: Store, case: Case, name: str) -> None:
    if case.keeps_empty:
        create(store, name, text="")
        assert text_of(store, name) == ""
        return
    with pytest.raises(StoreError, match="empty"):
        create(store, name, text="")


@pytest.mark.parametrize("bad", ["", "a b", "ä", "a:b", "what?", "a/../b", "too long"])
def test_a_name_outside_the_alphabet_is_refused(store: Store, case: Case, bad: str) -> None:
    longest = store.capabilities.max_name_length
    bad = "n" * (longest + 1) if bad == "too long" else case.name(bad) if bad else bad
    if len(bad) <= longest and re.fullmatch(store.capabilities.name_pattern, bad):
        pytest.skip("a name of this store")

    with pytest.raises(BadName):
        create(store, bad)


@pytest.mark.parametrize("text", ["one", MASK, None, pickle.loads(pickle.dumps(Sensitive("one")))])
def test_only_sensitive_text_is_written(store: Store, name: str, text: Any) -> None:
    with pytest.raises(TypeError):
        store.write(name, text, replaces=MUST_NOT_EXIST)

    assert names_of(store, "") == []


def test_history_keeps_every_version_newest_first(store: Store, name: str) -> None:
    needs(store, "history")
    ids = [create(store, name, text="0")]
    for number in range(1, 4):
        ids.append(store.write(name, Sensitive(str(number)), replaces=ids[-1]))

    versions = store.versions(name)

    assert [each.version_id for each in versions] == ids[::-1]
    assert [each.is_current for each in versions] == [True, False, False, False]
    texts = [store.read_version(name, each.version_id).text for each in versions]
    assert texts == [Sensitive(str(number)) for number in (3, 2, 1, 0)]


def test_a_version_that_is_not_there_is_not_found(store: Store, case: Case, name: str) -> None:
    needs(store, "history")
    create(store, name)

    with pytest.raises(NotFound):
        store.read_version(name, case.no_version)


def test_an_old_version_can_be_put_back(store: Store, case: Case, name: str) -> None:
    needs(store, "put_back")
    first = create(store, name)
    second = store.write(name, Sensitive("two"), replaces=first)

    store.put_back(name, first, replaces=second)

    third = current_of(store, name)
    assert text_of(store, name) == "one"
    assert (third == first) is case.moves_back
    store.put_back(name, first, replaces=second)  # a second click
    assert current_of(store, name) == third
    with pytest.raises(Conflict) as caught:
        store.put_back(name, second, replaces=case.no_version)
    assert caught.value.current == third


def test_putting_back_a_version_that_is_gone_says_so(store: Store, case: Case, name: str) -> None:
    needs(store, "put_back")
    first = create(store, name)

    with pytest.raises(StoreError) as caught:
        store.put_back(name, case.no_version, replaces=first)

    assert not isinstance(caught.value, Conflict)
    assert text_of(store, name) == "one"


def test_no_address_or_version_passes_for_a_name(store: Store, case: Case, name: str) -> None:
    create(store, name)
    arn = store.describe(name).arn

    for other in {arn, f"{name}:1"}:
        if other and other != name:
            assert isinstance(answers(store, [other])[other], BadName | NotFound)


def test_descriptions_change_without_the_value(store: Store, name: str) -> None:
    needs(store, "descriptions")
    create(store, name, description="old")

    store.update(name, description="new")
    assert (store.describe(name).description, text_of(store, name)) == ("new", "one")

    store.update(name, description="")
    store.update(name)
    assert store.describe(name).description == ""


def test_tags_are_put_and_removed(store: Store, name: str) -> None:
    needs(store, "tags")
    create(store, name, tags={"team": "data", "env": "dev"})

    store.tag(name, put={"env": "prod", "owner": "alice"}, remove=["team"])

    assert dict(store.describe(name).tags) == {"env": "prod", "owner": "alice"}


def test_a_deleted_secret_waits_and_can_be_restored(store: Store, case: Case, name: str) -> None:
    needs(store, "restore")
    create(store, name)
    now = datetime.now(UTC)

    gone = store.delete(name, recovery_days=9)

    (listed,) = next(iter(store.list(case.name("airflow/"))))
    described = store.describe(name)
    for info in (listed, described) if store.capabilities.lists_details else (described,):
        assert info.deleted_at is not None
        assert abs(info.deleted_at - now) < timedelta(minutes=1)
    if store.capabilities.recovery == "window":
        assert gone is not None
        assert abs(gone - now - timedelta(days=9)) < timedelta(minutes=1)
        assert described.purge_at is not None
        assert abs(described.purge_at - gone) < timedelta(seconds=1)
    assert isinstance(answers(store, [name])[name], _gone(store))

    store.restore(name)
    assert (text_of(store, name), store.describe(name).deleted_at) == ("one", None)


def _gone(store: Store) -> tuple[type[StoreError], ...]:
    """What a deleted secret answers. Some services say of it what they say of one that never was."""
    return (PendingDeletion,) if store.capabilities.recovery == "window" else (PendingDeletion, NotFound)


def test_a_secret_that_waits_for_its_deletion_refuses_changes(store: Store, case: Case, name: str) -> None:
    needs(store, "restore")
    first = create(store, name)
    store.delete(name, recovery_days=7)

    attempts: list[Callable[[], Any]] = [
        lambda: create(store, name, text="two"),
        lambda: store.write(name, Sensitive("two"), replaces=first),
        lambda: store.put_back(name, case.no_version, replaces=first),
        lambda: store.read_version(name, first),
        lambda: store.delete(name, recovery_days=7),
    ]
    attempts += [lambda: store.update(name, description="x")] * store.capabilities.descriptions
    attempts += [lambda: store.tag(name, put={"a": "b"})] * store.capabilities.tags

    for attempt in attempts:
        with pytest.raises(_gone(store)):
            attempt()


def test_an_immediate_deletion_leaves_nothing(store: Store, name: str) -> None:
    create(store, name)

    store.delete(name, recovery_days=None)

    assert names_of(store, "") == []
    with pytest.raises(NotFound):
        store.describe(name)
    create(store, name, text="again")


def test_a_recovery_window_outside_the_range_is_refused(store: Store, name: str) -> None:
    if store.capabilities.recovery != "window":
        pytest.skip("a store whose window is not chosen")
    create(store, name)
    smallest, largest = store.capabilities.recovery_days

    for days in (smallest - 1, largest + 1, 0, -1):
        with pytest.raises(StoreError, match=f"{smallest} to {largest}"):
            store.delete(name, recovery_days=days)

    assert store.describe(name).deleted_at is None


def test_a_store_without_recovery_deletes_nothing_that_was_to_be_kept(store: Store, name: str) -> None:
    if store.capabilities.recovery != "none":
        pytest.skip("a store with recovery")
    create(store, name)

    with pytest.raises(Unable):
        store.delete(name, recovery_days=7)

    assert text_of(store, name) == "one"


@pytest.mark.parametrize(
    ("verb", "capability"),
    [("describe", ""), ("versions", "history"), ("restore", "restore"), ("resource_policy", "policies")],
)
def test_a_missing_secret_is_not_found_by_any_verb(store: Store, case: Case, verb: str, capability: str) -> None:
    if capability:
        needs(store, capability)
    with pytest.raises(NotFound) as caught:
        getattr(store, verb)(case.name("missing"))

    assert caught.value.name == case.name("missing")


@pytest.mark.parametrize(
    ("capability", "attempt"),
    [
        ("history", lambda store, name, version: store.versions(name)),
        ("history", lambda store, name, version: store.read_version(name, version)),
        ("put_back", lambda store, name, version: store.put_back(name, version, replaces=version)),
        ("restore", lambda store, name, version: store.restore(name)),
        ("policies", lambda store, name, version: store.resource_policy(name)),
        ("descriptions", lambda store, name, version: store.update(name, description="x")),
        ("kms_keys", lambda store, name, version: store.update(name, kms_key_id="alias/x")),
        ("tags", lambda store, name, version: store.tag(name, put={"a": "b"})),
    ],
)
def test_what_a_store_lacks_it_says(
    store: Store, name: str, capability: str, attempt: Callable[[Store, str, str], Any]
) -> None:
    lacks(store, capability)
    version = create(store, name)

    with pytest.raises(Unable):
        attempt(store, name, version)

    assert text_of(store, name) == "one"


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_a_version_that_a_store_lacks_it_says(store: Store, name: str, change: VersionChange) -> None:
    if change in store.capabilities.version_changes:
        pytest.skip(f"a store that can {change}")
    version = create(store, name)

    with pytest.raises(Unable):
        store.change_version(name, version, change)

    assert text_of(store, name) == "one"


@pytest.mark.parametrize(
    ("change", "state", "undo"),
    [("disable", "disabled", "enable"), ("delete", "deleted", "undelete"), ("destroy", "destroyed", None)],
)
def test_an_old_version_can_be_changed_alone(
    store: Store, case: Case, name: str, change: VersionChange, state: str, undo: VersionChange | None
) -> None:
    if change not in store.capabilities.version_changes:
        pytest.skip(f"a store that cannot {change}")
    first = create(store, name)
    store.write(name, Sensitive("two"), replaces=first)

    store.change_version(name, first, change)

    assert {each.version_id: each.state for each in store.versions(name)}[first] == state
    assert text_of(store, name) == "two"
    with pytest.raises(StoreError):
        store.read_version(name, first)
    with pytest.raises(NotFound):
        store.change_version(name, case.no_version, change)
    if undo is not None:
        store.change_version(name, first, undo)
        assert store.read_version(name, first).text == Sensitive("one")


def test_capabilities_are_declared(store: Store) -> None:
    has = store.capabilities
    assert isinstance(has, Capabilities)
    assert has.page_size > 0
    assert has.batch_size > 0
    assert has.restore is (has.recovery != "none")
    assert not has.put_back or has.history
