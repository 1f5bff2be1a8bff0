from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from secretsui.core.backends.source import Backend
from secretsui.core.chain import Settings, chain
from secretsui.core.conflicts import CONFLICTS, judge, worst
from secretsui.core.lookup import ABSENT, API, UNKNOWN, Answer, Knowledge, resolve

SECRETS_MANAGER = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
SHARED = "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend"
THERE = Answer("present", use="usable")
BROKEN = Answer("present", use="broken")
EMPTY = Answer("present", use="empty")
OPEN = Answer("present")


def of(
    verdicts: Mapping[str, Any],
    kind: Any = "connection",
    settings: Backend | None = None,
    process: Any = "server",
    secret_id: str = "db",
    **layers: Answer | Mapping[str, Answer],
) -> str:
    """Layers that are not named have nothing; of a layer with two places, answers by place."""

    def known(found: Answer | Mapping[str, Answer]) -> Knowledge:
        return lambda ask: found if isinstance(found, Answer) else found.get(ask.place, ABSENT)

    asked = chain(Settings("3.3", settings or without()), process)
    told: dict[str, Knowledge] = {
        layer.id: known(layers.get(layer.id.replace("-", "_"), ABSENT)) for layer in asked.layers
    }
    api = {API: known(layers["api"])} if "api" in layers else {}
    return judge(resolve(asked, {**told, **api}, kind, secret_id), verdicts)


def without(**kwargs: Any) -> Backend:
    return Backend(SECRETS_MANAGER, kwargs, "9.25.0")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [("different", "different"), ("cannot-tell", "cannot-compare"), ("same", "same")],
)
def test_a_shadowed_value_is_as_bad_as_it_differs(verdict: str, expected: str) -> None:
    assert of({"metastore": verdict}, environment=THERE, metastore=THERE) == expected


def test_a_shadowed_value_that_nobody_compared_cannot_be_compared() -> None:
    assert of({}, environment=THERE, metastore=THERE) == "cannot-compare"


@pytest.mark.parametrize(
    ("settings", "column"),
    [
        (without(connections_lookup_pattern="^x"), "backend"),
        (without(connections_prefix=None), "backend"),
        (without(), "environment"),  # in lower case, which nobody asks for
    ],
)
@pytest.mark.parametrize("metastore", [THERE, ABSENT])
def test_what_no_lookup_leads_to_is_never_found(settings: Backend, column: str, metastore: Answer) -> None:
    assert of({column: "cannot-tell"}, settings=settings, metastore=metastore) == "never"


PASSED_OVER = [BROKEN, EMPTY, Answer("deleted"), Answer("binary")]


@pytest.mark.parametrize("answer", [*PASSED_OVER, Answer("denied")])
def test_what_airflow_passes_over_before_the_winner_falls_through(answer: Answer) -> None:
    assert of({}, backend=answer, metastore=THERE) == "falls-through"
    assert of({}, backend=THERE, metastore=answer) == "none"


@pytest.mark.parametrize("answer", PASSED_OVER)
def test_what_airflow_passes_over_is_found_nowhere_if_there_is_no_other(answer: Answer) -> None:
    assert of({"backend": "cannot-tell"}, backend=answer) == "nowhere"


def test_a_shared_account_without_the_secret_lets_nothing_fall_through() -> None:
    shared = Backend(SHARED, {"shared_account": "1"}, "9.25.0")
    assert of({}, settings=shared, metastore=THERE) == "none"


def test_an_empty_variable_is_a_value() -> None:
    assert of({"metastore": "different"}, "variable", backend=EMPTY, metastore=THERE) == "different"


def test_what_lies_where_airflow_stumbles_before_it_asks_falls_through() -> None:
    too_new = Backend(SHARED, {"shared_account": "1"}, "9.39.0")
    for column in ("backend", "backend/shared"):
        assert of({column: "cannot-tell"}, settings=too_new, metastore=THERE) == "falls-through"
    assert of({}, settings=too_new, metastore=THERE) == "none"


def test_what_the_server_has_and_no_task_gets_is_found_nowhere() -> None:
    held = {"metastore": "cannot-tell"}
    assert of(held, process="task", secret_id="team/db", metastore=THERE) == "nowhere"
    assert of(held, process="task", api=Answer("denied"), metastore=THERE) == "nowhere"


@pytest.mark.parametrize(
    ("answers", "verdicts", "expected"),
    [
        ({"own": THERE, "shared": THERE}, {"backend/shared": "different"}, "different"),
        ({"own": THERE, "shared": THERE}, {"backend/shared": "same"}, "same"),
        ({"own": Answer("deleted"), "shared": THERE}, {"backend": "cannot-tell"}, "falls-through"),
        ({"shared": THERE}, {}, "none"),
    ],
)
def test_two_places_of_a_layer_shadow_each_other(answers: Any, verdicts: Any, expected: str) -> None:
    assert of(verdicts, settings=Backend(SHARED, {"shared_account": "1"}, "9.25.0"), backend=answers) == expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [({}, "cannot-compare"), ({"backend/shared": "same"}, "same"), ({"backend/shared": "different"}, "different")],
)
def test_what_workers_and_the_server_find_in_a_shared_account_is_compared_there(verdicts: Any, expected: str) -> None:
    settings, there = Backend(SHARED, {"shared_account": "1"}, "9.25.0"), {"shared": THERE}
    assert of(verdicts, settings=settings, process="task", worker_backend=there, backend=there) == expected


@pytest.mark.parametrize("layers", [{"backend": UNKNOWN}, {"metastore": UNKNOWN}])
def test_an_unknown_layer_leaves_the_id_unchecked(layers: Any) -> None:
    assert of({}, **layers) == "not-checked"
    assert of({}, **{"environment": THERE, **layers}) == "not-checked"


def test_a_winner_that_may_be_broken_leaves_the_id_unchecked() -> None:
    assert of({}, backend=OPEN) == "not-checked"


def test_a_layer_that_nobody_may_read_leaves_an_id_unchecked_that_is_nowhere_else() -> None:
    assert of({}, backend=Answer("denied")) == "not-checked"


def test_without_a_second_value_there_is_no_conflict() -> None:
    assert of({}, backend=THERE) == "none"
    assert of({}) == "none"


def test_of_several_the_worst_is_said() -> None:
    two = {"environment": "same", "metastore": "different"}
    assert of(two, backend=THERE, environment=THERE, metastore=THERE) == "different"
    assert of(two, backend=BROKEN, environment=THERE, metastore=THERE) == "different"
    assert of({"metastore": "same"}, backend=BROKEN, environment=THERE, metastore=THERE) == "falls-through"
    assert (worst("same", "nowhere", "none"), worst()) == ("nowhere", "none")


def test_each_word_is_explained_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "lookup.md").read_text()
    assert all(f"`{word}`" in text for word in CONFLICTS if word != "none")
