"""What every store promises. A store without a capability is spared the cases that need it."""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

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
    Value,
)

NAME = "airflow/connections/db"
# Name of the store, and how a test gets an empty one.
STORES: dict[str, Callable[[pytest.FixtureRequest], Store]] = {
    "secrets-manager": lambda request: request.getfixturevalue("aws").store(),
}


@pytest.fixture(params=list(STORES))
def store(request: pytest.FixtureRequest) -> Store:
    return STORES[request.param](request)


def needs(store: Store, capability: str) -> None:
    if not getattr(store.capabilities, capability):
        pytest.skip(f"a store without {capability}")


def create(store: Store, name: str = NAME, text: str = "one", **more: Any) -> str:
    return store.write(name, Sensitive(text), replaces=MUST_NOT_EXIST, **more)


def text_of(store: Store, name: str = NAME) -> str:
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


def test_a_written_secret_is_read_back(store: Store) -> None:
    version = create(store)

    value = answers(store, [NAME])[NAME]

    assert isinstance(value, Value)
    assert (value.name, value.version_id, value.text) == (NAME, version, Sensitive("one"))
    assert value.created_at is not None
    assert value.created_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["x", "{}", "two\nlines", "ünï ☃ 🔑", " spaces ", "a" * 65_536])
def test_a_text_comes_back_as_it_was(store: Store, text: str) -> None:
    create(store, text=text)

    assert text_of(store) == text


def test_a_list_gives_what_begins_with_the_prefix_and_no_value(store: Store) -> None:
    create(store, text="unmistakable", description="words", tags={"team": "data"})
    for name in ("airflow/connections2/x", "Airflow/connections/y", "other"):
        create(store, name)

    pages = list(store.list("airflow/connections/"))

    (info,) = [info for page in pages for info in page]
    assert (info.name, info.description, dict(info.tags)) == (NAME, "words", {"team": "data"})
    assert info.version_id
    assert "unmistakable" not in repr(pages)


def test_a_list_without_a_prefix_gives_everything(store: Store) -> None:
    for name in ("a", "b/c"):
        create(store, name)

    assert sorted(names_of(store, "")) == ["a", "b/c"]


def test_an_empty_list_is_no_error(store: Store) -> None:
    assert names_of(store, "airflow/") == []
    assert answers(store, []) == {}


def test_every_asked_name_is_answered_once(store: Store) -> None:
    create(store)
    asked = [NAME, "missing/1", NAME, *(f"missing/{number}" for number in range(2, 30))]

    found = answers(store, asked)

    assert set(found) == set(asked)
    assert isinstance(found.pop(NAME), Value)
    assert {type(each) for each in found.values()} == {NotFound}
    assert {error.name for error in found.values() if isinstance(error, StoreError)} == set(found)


def test_creating_what_exists_is_a_conflict_that_names_the_version(store: Store) -> None:
    version = create(store)

    with pytest.raises(Conflict) as caught:
        create(store, text="two")

    assert caught.value.current == version
    assert text_of(store) == "one"


def test_a_repeated_create_is_the_same_create(store: Store) -> None:
    token = str(uuid.uuid4())

    assert create(store, token=token) == create(store, token=token)


def test_a_write_replaces_the_version_it_was_made_from(store: Store) -> None:
    first = create(store)

    second = store.write(NAME, Sensitive("two"), replaces=first)

    assert second != first
    assert text_of(store) == "two"
    assert store.describe(NAME).version_id == second


def test_a_write_from_an_old_version_is_a_conflict_and_changes_nothing(store: Store) -> None:
    needs(store, "compare_and_swap")
    first = create(store)
    second = store.write(NAME, Sensitive("two"), replaces=first)

    with pytest.raises(Conflict) as caught:
        store.write(NAME, Sensitive("three"), replaces=first)

    assert caught.value.current == second
    assert text_of(store) == "two"


@pytest.mark.parametrize("token", ["5f0a6c1e-9a57-4d3e-8b0c-2f5f3a1d7e90", "short", "x" * 100])
def test_a_repeated_write_is_the_same_write(store: Store, token: str) -> None:
    first = create(store)

    versions = {store.write(NAME, Sensitive("two"), replaces=first, token=token) for _ in range(3)}

    assert len(versions) == 1
    assert text_of(store) == "two"


def test_a_token_used_for_another_text_is_a_conflict(store: Store) -> None:
    first, token = create(store), str(uuid.uuid4())
    second = store.write(NAME, Sensitive("two"), replaces=first, token=token)

    with pytest.raises(Conflict) as caught:
        store.write(NAME, Sensitive("three"), replaces=first, token=token)

    assert caught.value.current == second
    assert text_of(store) == "two"


def test_writing_to_a_missing_secret_says_so(store: Store) -> None:
    with pytest.raises(NotFound):
        store.write(NAME, Sensitive("two"), replaces=str(uuid.uuid4()))


def test_a_value_that_is_too_large_is_refused_before_it_is_sent(store: Store) -> None:
    largest = store.capabilities.max_bytes
    with pytest.raises(TooLarge):
        create(store, text="é" * (largest // 2) + "x")

    assert names_of(store, "") == []


@pytest.mark.parametrize("text", ["", "\ud800"])
def test_a_text_that_cannot_be_kept_is_refused_in_words(store: Store, text: str) -> None:
    with pytest.raises(StoreError, match=r"empty|Character 1"):
        create(store, text=text)


@pytest.mark.parametrize("name", ["", "a b", "ä", "n" * 513, "a:b", "what?"])
def test_a_name_outside_the_alphabet_is_refused(store: Store, name: str) -> None:
    with pytest.raises(BadName):
        create(store, name)


@pytest.mark.parametrize("text", ["one", MASK, None, pickle.loads(pickle.dumps(Sensitive("one")))])
def test_only_sensitive_text_is_written(store: Store, text: Any) -> None:
    with pytest.raises(TypeError):
        store.write(NAME, text, replaces=MUST_NOT_EXIST)

    assert names_of(store, "") == []


def test_history_keeps_every_version_newest_first(store: Store) -> None:
    needs(store, "history")
    ids = [create(store, text="0")]
    for number in range(1, 4):
        ids.append(store.write(NAME, Sensitive(str(number)), replaces=ids[-1]))

    versions = store.versions(NAME)

    assert [each.version_id for each in versions] == ids[::-1]
    assert [each.is_current for each in versions] == [True, False, False, False]
    texts = [store.read_version(NAME, each.version_id).text for each in versions]
    assert texts == [Sensitive(str(number)) for number in (3, 2, 1, 0)]


def test_an_old_version_can_be_put_back(store: Store) -> None:
    needs(store, "history")
    first = create(store)
    second = store.write(NAME, Sensitive("two"), replaces=first)

    store.put_back(NAME, first, replaces=second)

    assert text_of(store) == "one"
    assert store.describe(NAME).version_id == first
    store.put_back(NAME, first, replaces=second)  # a second click
    with pytest.raises(Conflict) as caught:
        store.put_back(NAME, second, replaces=str(uuid.uuid4()))
    assert caught.value.current == first


def test_putting_back_a_version_that_is_gone_says_so(store: Store) -> None:
    needs(store, "history")
    first = create(store)

    with pytest.raises(StoreError) as caught:
        store.put_back(NAME, str(uuid.uuid4()), replaces=first)

    assert not isinstance(caught.value, Conflict)
    assert text_of(store) == "one"
    with pytest.raises(NotFound):
        store.read_version(NAME, str(uuid.uuid4()))


def test_descriptions_change_without_the_value(store: Store) -> None:
    version = create(store, description="old")

    store.update(NAME, description="new")
    assert (store.describe(NAME).description, store.describe(NAME).version_id) == ("new", version)

    store.update(NAME, description="")
    store.update(NAME)
    assert store.describe(NAME).description == ""


def test_tags_are_put_and_removed(store: Store) -> None:
    needs(store, "tags")
    create(store, tags={"team": "data", "env": "dev"})

    store.tag(NAME, put={"env": "prod", "owner": "alice"}, remove=["team"])

    assert dict(store.describe(NAME).tags) == {"env": "prod", "owner": "alice"}


def test_a_deleted_secret_waits_and_can_be_restored(store: Store) -> None:
    needs(store, "restore")
    create(store)
    now = datetime.now(UTC)

    gone = store.delete(NAME, recovery_days=9)

    assert gone is not None
    assert abs(gone - now - timedelta(days=9)) < timedelta(minutes=1)
    (listed,) = next(iter(store.list("airflow/")))
    described = store.describe(NAME)
    for info in (listed, described):
        assert info.deleted_at is not None
        assert abs(info.deleted_at - now) < timedelta(minutes=1)
    assert described.purge_at is not None
    assert abs(described.purge_at - gone) < timedelta(seconds=1)
    assert isinstance(answers(store, [NAME])[NAME], PendingDeletion)

    store.restore(NAME)
    assert (text_of(store), store.describe(NAME).deleted_at) == ("one", None)


def test_a_secret_that_waits_for_its_deletion_refuses_changes(store: Store) -> None:
    needs(store, "restore")
    first = create(store)
    store.delete(NAME, recovery_days=7)

    attempts: list[Callable[[], Any]] = [
        lambda: create(store, text="two"),
        lambda: store.write(NAME, Sensitive("two"), replaces=first),
        lambda: store.put_back(NAME, str(uuid.uuid4()), replaces=first),
        lambda: store.update(NAME, description="x"),
        lambda: store.tag(NAME, put={"a": "b"}),
        lambda: store.read_version(NAME, first),
        lambda: store.delete(NAME, recovery_days=7),
    ]

    for attempt in attempts:
        with pytest.raises(PendingDeletion):
            attempt()


def test_an_immediate_deletion_leaves_nothing(store: Store) -> None:
    create(store)

    store.delete(NAME, recovery_days=None)

    assert names_of(store, "") == []
    with pytest.raises(NotFound):
        store.describe(NAME)
    create(store, text="again")


@pytest.mark.parametrize("days", [6, 31, 0, -1])
def test_a_recovery_window_outside_the_range_is_refused(store: Store, days: int) -> None:
    create(store)

    with pytest.raises(StoreError, match="7 to 30"):
        store.delete(NAME, recovery_days=days)

    assert store.describe(NAME).deleted_at is None


@pytest.mark.parametrize("verb", ["describe", "versions", "restore", "resource_policy"])
def test_a_missing_secret_is_not_found_by_any_verb(store: Store, verb: str) -> None:
    with pytest.raises(NotFound) as caught:
        getattr(store, verb)("missing")

    assert caught.value.name == "missing"


def test_capabilities_are_declared(store: Store) -> None:
    assert isinstance(store.capabilities, Capabilities)
    assert store.capabilities.page_size > 0
    assert store.capabilities.batch_size > 0
