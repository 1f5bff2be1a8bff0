from __future__ import annotations

import pytest

from secretsui.core.codec import DecodeError
from secretsui.core.decoding import decoder
from secretsui.core.facts import facts
from secretsui.core.guard import before_save
from secretsui.core.rules import traits
from secretsui.core.rules.format import lint, of_store
from secretsui.core.sensitive import Sensitive

OTHERS = ("parameter-store", "vault", "google", "azure")
ALIASES = Sensitive('{"conn_type": "postgres", "user": "scott", "host": "db"}')


def test_other_names_for_fields_are_understood_in_secrets_manager_alone() -> None:
    found = decoder("secrets-manager")(ALIASES.reveal(), "3.3")
    assert found.login is not None
    assert facts(ALIASES, "connection", decoder("secrets-manager")).problem == ""


@pytest.mark.parametrize("store", OTHERS)
def test_elsewhere_an_unknown_name_breaks_the_connection(store: str) -> None:
    with pytest.raises(DecodeError):
        decoder(store)(ALIASES.reveal(), "3.3")
    assert facts(ALIASES, "connection", decoder(store)).problem == "unknown-key"
    assert [each.code for each in before_save("a", ALIASES, "connection", decode=decoder(store))] == ["unknown-key"]


@pytest.mark.parametrize("store", OTHERS)
def test_rules_read_a_value_as_the_backend_of_its_store_does(store: str) -> None:
    assert [each.rule for each in lint(ALIASES, "connection", of_store(store))] == ["R-32"]
    assert not lint(ALIASES, "connection", of_store("secrets-manager"))
    assert not traits.of(ALIASES, "connection", of_store(store)).is_readable


def test_an_entry_of_vault_is_not_looked_for_in_what_was_taken_out_of_one() -> None:
    found = lint(Sensitive("mysql://u:a-long-password@db/x"), "connection", of_store("vault"))
    assert "R-46" not in {each.rule for each in found}
    assert not lint(Sensitive('{"value": "x"}'), "variable", of_store("vault"))


def test_the_limit_is_that_of_the_store() -> None:
    text = Sensitive("x" * 5000)
    assert not before_save("a", text, "variable")
    assert [each.code for each in before_save("a", text, "variable", largest_bytes=4096)] == ["too-large"]
