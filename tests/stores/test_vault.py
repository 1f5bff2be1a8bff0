"""What only Vault has: objects, counted versions, folders, and two engines."""

from __future__ import annotations

import json
import re
import sys
import threading
from typing import Any

import pytest

from secretsui.core.sensitive import Sensitive
from secretsui.stores.base import (
    MUST_NOT_EXIST,
    BadName,
    Conflict,
    Denied,
    NotFound,
    PendingDeletion,
    SecretInfo,
    StoreError,
    TooLarge,
    Unable,
    Unavailable,
    Value,
)
from secretsui.stores.vault import KV2, VaultStore
from tests.servers.vault import Server
from tests.servers.vault_kv import Versioned

NAME = "connections/db"


def infos(store: VaultStore, prefix: str = "") -> dict[str, SecretInfo]:
    return {info.name: info for page in store.list(prefix) for info in page}


def read(store: VaultStore, name: str = NAME) -> str:
    ((answer,),) = [batch.values() for batch in store.read([name])]
    assert isinstance(answer, Value), answer
    assert answer.text is not None
    return answer.text.reveal()


def problem(store: VaultStore, name: str = NAME) -> StoreError:
    ((answer,),) = [batch.values() for batch in store.read([name])]
    assert isinstance(answer, StoreError)
    return answer


def write(store: VaultStore, text: str, replaces: str = "", name: str = NAME) -> str:
    return store.write(name, Sensitive(text), replaces=replaces or MUST_NOT_EXIST)


def stored(vault: Server, name: str = NAME, mount: str = "secret") -> Any:
    engine = vault.world.engine(mount)
    if isinstance(engine, Versioned):
        return json.loads(engine.keys[name].versions[engine.keys[name].current].data or b"null")
    return json.loads(engine.objects[name])


def asked(vault: Server) -> list[tuple[str, str]]:
    return vault.world.requests


@pytest.mark.parametrize(("mount", "kv"), [("secret", 2), ("kv1", 1)])
def test_a_uri_and_fields_are_stored_as_airflow_reads_them(vault: Server, mount: str, kv: int) -> None:
    store = vault.store(mount, kv, "connection")

    version = write(store, "http://h")
    assert stored(vault, mount=mount) == {"conn_uri": "http://h"}

    write(store, '{"conn_type": "http", "host": "ü", "extra": {"a": 1}}', version)
    assert stored(vault, mount=mount) == {"conn_type": "http", "host": "ü", "extra": {"a": 1}}
    assert json.loads(read(store))["host"] == "ü"


@pytest.mark.parametrize(("mount", "kv"), [("secret", 2), ("kv1", 1)])
def test_keys_that_airflow_does_not_read_stay(vault: Server, mount: str, kv: int) -> None:
    vault.world.put("variables/x", {"value": "old", "owner": "me"}, mount)
    store = vault.store(mount, kv)
    version = store.describe("variables/x").version_id

    write(store, "new", version, "variables/x")

    assert stored(vault, "variables/x", mount) == {"value": "new", "owner": "me"}


def test_an_object_without_the_key_is_no_entry(vault: Server) -> None:
    vault.world.put(NAME, {"text": "unmistakable"})

    error = problem(vault.store())

    assert isinstance(error, NotFound)
    assert (error.sentence, error.name) == ("The object has no key value.", NAME)
    assert "unmistakable" not in repr(vars(error))


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("connection", "{broken", "this JSON is none"),
        ("connection", '{"conn_uri": "http://h"}', "stands for the whole connection"),
        ("connection", "", "empty"),
        ("other", "unmistakable", "this JSON is none"),
        ("other", "[1]", "this JSON is none"),
    ],
)
def test_what_is_no_object_is_refused_in_words(vault: Server, kind: str, text: str, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence) as caught:
        write(vault.store(kind=kind), text)

    assert infos(vault.store()) == {}
    frames = _frames(caught.value)
    assert not text or text not in frames


def _frames(error: BaseException) -> str:
    """What an error report would show of our own frames."""
    trace, told = error.__traceback__, []
    while trace is not None:
        if "secretsui" in trace.tb_frame.f_code.co_filename and "/tests/" not in trace.tb_frame.f_code.co_filename:
            told.append(repr(trace.tb_frame.f_locals))
        trace = trace.tb_next
    return "".join(told) + (_frames(error.__context__) if error.__context__ else "")


def test_no_frame_of_an_error_holds_a_value_or_a_token(vault: Server) -> None:
    token = vault.world.token({"secret/data/*": ["read"], "secret/metadata/*": ["read"]})
    vault.world.put(NAME, {"value": "unmistakable-old"})
    store = vault.store(token=token)

    with pytest.raises(Denied) as caught:
        write(store, "unmistakable-new", "1")

    told = f"{_frames(caught.value)}{caught.value!r}{vars(caught.value)}"
    assert "unmistakable" not in told
    assert token not in told


def test_folders_are_walked_and_calls_are_few(vault: Server) -> None:
    names = [f"team/{folder}/{leaf}" for folder in ("a", "b", "c/d") for leaf in ("x", "y")] + [
        "team/a",
        "top",
        "teams",
    ]
    for name in names:
        vault.world.put(name, {"value": "x"})
    store = vault.store()

    found = infos(store, "team/")

    assert sorted(found) == sorted(name for name in names if name.startswith("team/"))
    lists = [path for method, path in asked(vault) if method == "LIST"]
    assert sorted(lists) == [f"secret/metadata/{each}" for each in ("team", "team/a", "team/b", "team/c", "team/c/d")]
    assert store.calls == len(lists) + len(found)
    assert {each.version_id for each in found.values()} == {"1"}


def test_version_1_lists_names_alone(vault: Server) -> None:
    for name in ("team/a", "team/b/c"):
        vault.world.put(name, {"value": "unmistakable"}, "kv1")
    store = vault.store("kv1", 1)

    found = infos(store, "team/")

    assert sorted(found) == ["team/a", "team/b/c"]
    assert store.calls == 2
    assert {method for method, _ in asked(vault)} == {"LIST"}


def test_a_prefix_within_a_folder_asks_only_where_something_may_be(vault: Server) -> None:
    for name in ("team/abc/x", "team/abd/x", "team/b/x", "team/ab"):
        vault.world.put(name, {"value": "x"})

    assert sorted(infos(vault.store(), "team/abc")) == ["team/abc/x"]
    assert ("LIST", "secret/metadata/team/b") not in asked(vault)


def test_an_error_comes_after_the_pages_before_it(vault: Server) -> None:
    for name in ("a", "folder/b"):
        vault.world.put(name, {"value": "x"})
    token = vault.world.token({"secret/metadata/*": ["read", "list"], "secret/metadata/folder/": ["deny"]})
    pages = vault.store(token=token).list("")

    assert [info.name for info in next(pages)] == ["a"]
    with pytest.raises(Denied):
        next(pages)


def test_a_secret_whose_metadata_is_withheld_is_listed_by_its_name(vault: Server) -> None:
    for name in ("a", "b"):
        vault.world.put(name, {"value": "x"})
    token = vault.world.token({"secret/metadata/*": ["read", "list"], "secret/metadata/b": ["deny"]})

    found = infos(vault.store(token=token))

    assert (found["a"].version_id, found["b"].version_id) == ("1", "")


@pytest.mark.parametrize(
    "name", ["a b", "ünï/☃", "50%", "a%2Fb", "what?", "#x", "a+b&c=d", "a:b@c", "~x", "a;b", "'\"", ".x"]
)
@pytest.mark.parametrize(("mount", "kv"), [("secret", 2), ("kv1", 1)])
def test_odd_characters_reach_vault_as_they_are(vault: Server, mount: str, kv: int, name: str) -> None:
    store = vault.store(mount, kv)

    write(store, "x", name=f"team/{name}")

    assert read(store, f"team/{name}") == "x"
    assert list(infos(store, "team/")) == [f"team/{name}"]
    store.delete(f"team/{name}", recovery_days=None)
    assert infos(store) == {}


@pytest.mark.parametrize(
    "name", ["/a", "a/", "a//b", "a/../b", "..", "./a", "a/./b", "a.", "a\n", " a", "a ", "a\x00b", "."]
)
def test_names_that_vault_or_the_way_there_would_change_are_refused(vault: Server, name: str) -> None:
    assert not re.fullmatch(KV2.name_pattern, name)
    with pytest.raises(BadName):
        write(vault.store(), "x", name=name)
    assert asked(vault) == []


def test_a_mount_may_have_slashes(vault: Server) -> None:
    vault.world.mounts["", "team/data/kv"] = Versioned()
    store = vault.store("/team/data/kv/")

    write(store, "x")

    assert stored(vault, mount="team/data/kv") == {"value": "x"}
    assert infos(store)[NAME].arn == f"team/data/kv/{NAME}"


@pytest.mark.parametrize(("mount", "kv"), [("secret", 2), ("kv1", 1)])
def test_the_version_of_the_engine_is_found_out_once(vault: Server, mount: str, kv: int) -> None:
    store = vault.store(mount, 0)

    assert store.capabilities.history is (kv == 2)
    write(store, "x")
    assert read(store) == "x"
    assert [path for _, path in asked(vault) if "sys" in path] == [f"sys/internal/ui/mounts/{mount}"]


@pytest.mark.parametrize(("mount", "kv"), [("secret", 1), ("kv1", 2)])
def test_a_wrong_version_is_told_and_nothing_is_written(vault: Server, mount: str, kv: int) -> None:
    vault.world.put(NAME, {"value": "x"}, mount)
    before = stored(vault, mount=mount)
    store = vault.store(mount, kv)

    for attempt in (lambda: infos(store, "connections/"), lambda: write(store, "y", name="other")):
        with pytest.raises(StoreError, match=f"not version {kv}") as caught:
            attempt()
        assert f"version of this prefix to {3 - kv}" in caught.value.remedy
    assert stored(vault, mount=mount) == before
    assert len(getattr(vault.world.engine(mount), "keys" if kv == 1 else "objects")) == 1


def test_a_mount_that_is_not_there_is_told(vault: Server) -> None:
    with pytest.raises(StoreError, match="no secrets engine at elsewhere"):
        infos(vault.store("elsewhere"))
    with pytest.raises(Denied):
        vault.store("elsewhere", 0).describe(NAME)
    assert vault.store("elsewhere", 0).capabilities == KV2


def test_a_write_names_the_version_that_it_replaces(vault: Server) -> None:
    store = vault.store()

    assert [write(store, "one"), write(store, "two", "1"), write(store, "three", "2")] == ["1", "2", "3"]

    with pytest.raises(Conflict) as caught:
        write(store, "four", "2")
    assert caught.value.current == "3"
    with pytest.raises(Conflict):
        write(store, "four", "not-a-number")


def test_of_writers_at_once_one_wins(vault: Server) -> None:
    store = vault.store()
    write(store, "0")
    won: list[str] = []
    lost: list[Conflict] = []
    ready = threading.Barrier(6)

    def attempt(number: int) -> None:
        ready.wait()
        try:
            won.append(write(store, str(number), "1"))
        except Conflict as error:
            lost.append(error)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (won, len(lost)) == (["2"], 5)
    assert {each.current for each in lost} == {"2"}


def test_what_a_create_met_is_told(vault: Server) -> None:
    store = vault.store()
    write(store, "one")
    store.delete(NAME, recovery_days=1)

    with pytest.raises(PendingDeletion):
        write(store, "two")


def test_versions_beyond_the_tenth_go(vault: Server) -> None:
    store = vault.store()
    write(store, "0")
    for number in range(1, 12):
        write(store, str(number), str(number))

    assert [each.version_id for each in store.versions(NAME)] == [str(number) for number in range(12, 2, -1)]
    with pytest.raises(NotFound):
        store.read_version(NAME, "1")


def test_a_destroyed_current_version_is_no_trash_and_can_be_replaced(vault: Server) -> None:
    store = vault.store()
    write(store, "one")
    write(store, "two", "1")

    store.change_version(NAME, "2", "destroy")

    assert store.describe(NAME).deleted_at is None
    assert problem(store).sentence == "This version was destroyed."
    for attempt in (lambda: store.restore(NAME), lambda: store.change_version(NAME, "2", "undelete")):
        with pytest.raises(NotFound, match="destroyed"):
            attempt()
    assert write(store, "three", "2") == "3"
    store.put_back(NAME, "1", replaces="3")
    assert read(store) == "one"


def test_versions_are_deleted_and_come_back_alone(vault: Server) -> None:
    store = vault.store()
    write(store, "one")
    write(store, "two", "1")

    store.change_version(NAME, "2", "delete")
    assert store.describe(NAME).deleted_at is not None
    assert isinstance(problem(store), PendingDeletion)
    assert [each.state for each in store.versions(NAME)] == ["deleted", "enabled"]

    store.change_version(NAME, "2", "undelete")
    assert read(store) == "two"


def test_a_version_that_vault_will_delete_later_is_there_until_then(vault: Server) -> None:
    vault.world.engine().delete_after = 3600
    store = vault.store()
    write(store, "one")

    assert store.describe(NAME).deleted_at is None
    assert read(store) == "one"
    assert [each.state for each in store.versions(NAME)] == ["enabled"]


def test_putting_back_brings_every_key(vault: Server) -> None:
    vault.world.put(NAME, {"value": "one", "owner": "me"})
    store = vault.store()
    vault.world.put(NAME, {"value": "two"})

    store.put_back(NAME, "1", replaces="2")

    assert stored(vault) == {"value": "one", "owner": "me"}


def test_a_mount_that_demands_check_and_set_takes_our_writes(vault: Server) -> None:
    vault.world.engine().cas_required = True
    store = vault.store()

    assert write(store, "two", write(store, "one")) == "2"


def test_custom_metadata_has_vaults_limits(vault: Server) -> None:
    store = vault.store()
    write(store, "one")

    for tags in (
        {f"k{number}": "x" for number in range(65)},
        {"k": ""},
        {"k" * 129: "x"},
        {"k": "x" * 513},
        {"k": "a\n"},
    ):
        with pytest.raises(StoreError, match="custom metadata") as caught:
            store.tag(NAME, put=tags)
        assert "64 keys" in caught.value.remedy
    assert store.describe(NAME).tags == {}


def test_a_secret_that_got_no_tags_is_told_as_created(vault: Server) -> None:
    store = vault.store()

    with pytest.raises(StoreError, match=r"created without its custom metadata\. Vault does not accept"):
        store.write(NAME, Sensitive("x"), replaces=MUST_NOT_EXIST, tags={"k": ""})

    assert read(store) == "x"


def test_metadata_without_a_version_is_a_secret_without_a_value(vault: Server) -> None:
    vault.world.engine().handle("POST", f"metadata/{NAME}", {}, {"custom_metadata": {"owner": "me"}})
    store = vault.store()

    assert (infos(store)[NAME].version_id, store.versions(NAME)) == ("", [])
    assert isinstance(problem(store), NotFound)
    with pytest.raises(NotFound):
        store.restore(NAME)
    assert write(store, "x") == "1"
    assert infos(store)[NAME].tags == {"owner": "me"}


def test_ids_of_version_1_give_no_text_away(vault: Server) -> None:
    for name in ("a", "b"):
        vault.world.put(name, {"value": "same"}, "kv1")
    store = vault.store("kv1", 1)
    first, second = (store.describe(name).version_id for name in ("a", "b"))

    assert first != second
    assert re.fullmatch("[0-9a-f]{64}", first)
    other = VaultStore(store.place, store._session._credential, kind="variable", secret=b"another")
    assert other.describe("a").version_id != first


def test_a_change_of_version_1_since_it_was_read_is_a_conflict(vault: Server) -> None:
    store = vault.store("kv1", 1)
    first = write(store, "one")
    vault.world.put(NAME, {"value": "theirs"}, "kv1")

    with pytest.raises(Conflict) as caught:
        write(store, "mine", first)

    assert caught.value.current == store.describe(NAME).version_id
    assert read(store) == "theirs"


def test_an_object_that_storage_refuses_is_too_large(vault: Server) -> None:
    vault.world.put(NAME, {"value": "x", "more": "y" * 900_000})

    with pytest.raises(TooLarge):
        write(vault.store(), "z" * 900_000, "1")


def test_a_request_that_vault_refuses_is_too_large(vault: Server) -> None:
    vault.world.max_body = 100

    with pytest.raises(TooLarge):
        write(vault.store(), "z" * 200)


def test_without_its_client_a_sentence_says_what_to_install(vault: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hvac", None)

    with pytest.raises(Unavailable) as caught:
        infos(vault.store())

    assert (caught.value.code, vault.store().capabilities) == ("not-installed", KV2)
    assert "pip install -r requirements-vault.txt" in caught.value.remedy


def test_descriptions_and_keys_are_not_taken_with_a_new_secret(vault: Server) -> None:
    for more in ({"description": "x"}, {"kms_key_id": "x"}):
        with pytest.raises(Unable):
            vault.store().write(NAME, Sensitive("x"), replaces=MUST_NOT_EXIST, **more)
    with pytest.raises(Unable):
        vault.store("kv1", 1).write(NAME, Sensitive("x"), replaces=MUST_NOT_EXIST, tags={"a": "b"})
    assert infos(vault.store()) == {}


@pytest.mark.parametrize("name", ["connections/../other", "connections//db", "connections/./db", "connections/db/"])
@pytest.mark.parametrize(("mount", "kv"), [("secret", 2), ("kv1", 1)])
def test_no_name_leads_to_another_secret(vault: Server, name: str, mount: str, kv: int) -> None:
    store = vault.store(mount, kv, "connection")
    for there in ("other", NAME):
        write(store, "http://h", name=there)
    asked(vault).clear()

    assert isinstance(problem(store, name), BadName)
    for verb in (store.describe, lambda name: store.delete(name, recovery_days=None)):
        with pytest.raises(BadName):
            verb(name)
    assert not [path for _method, path in asked(vault) if not path.startswith("sys/")]
