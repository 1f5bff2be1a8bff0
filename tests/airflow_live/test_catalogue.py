"""Every connection type, filled in on the form of the product, as the real Airflow reads what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from secretsui.core import catalogue
from secretsui.core.codec import DIALECTS, Dialect
from secretsui.web.connection_form import Composed, bind, to_text
from secretsui.web.review import review
from tests.airflow_live.conftest import Ask
from tests.airflow_live.filled import STANDARD, Filled, filled

pytestmark = pytest.mark.airflow_live

# As the Secrets Manager backend reads a text, and as every other one does.
READERS = {"json": ("decode_secret", "from_json"), "uri": ("decode_secret", "parse_uri")}


@dataclass(frozen=True)
class Offered:
    """What the product makes of a filled form. `refused` are the codes of what keeps it from being saved."""

    of: Filled
    written_as: str
    composed: Composed
    refused: Sequence[str]

    @property
    def name(self) -> str:
        return f"{self.of.conn_type}, {self.of.how}, {self.written_as}"

    @property
    def questions(self) -> Sequence[Mapping[str, str]]:
        text = self.composed.text.reveal()
        if self.composed.problem or not text:
            return []
        return [{"op": op, "uri" if op == "parse_uri" else "text": text} for op in READERS[self.written_as]]


@cache
def offers() -> Sequence[Offered]:
    forms = [form for kind in catalogue.all_types() for form in filled(kind)]
    return [offered(form, written_as) for form in forms for written_as in READERS]


def offered(form: Filled, written_as: str) -> Offered:
    bound = bind(form.sent(written_as), "connection", None)
    assert bound.is_valid(), (form.conn_type, form.how, {name: bound.errors[name] for name in bound.errors})
    composed = to_text(bound)
    remarks = review("oracle", composed, bound, "connection", new=True)
    return Offered(form, written_as, composed, [remark.code for remark in remarks.errors])


def meant(form: Filled) -> str:
    fields = {name: form.standard.get(name) for name in STANDARD}
    return _spelled(form.conn_type, fields, form.extra)


def read(answer: Mapping[str, Any]) -> str:
    if "error" in answer or answer.get("found") is False:
        return str(answer.get("error", "nothing found"))
    fields = {name: answer[name] or None for name in STANDARD}
    return _spelled(answer["conn_type"], fields, answer["extra_dejson"] or {})


def _spelled(conn_type: str, fields: Mapping[str, Any], extra: Any) -> str:
    """To the type of each value: 1 is not true and not 1.0."""
    return json.dumps([conn_type, fields, extra], sort_keys=True)


Answers = Mapping[Dialect, Sequence[tuple[Offered, str]]]


@pytest.fixture(scope="module")
def answers(ask_airflow: Ask) -> Answers:
    """Each text with what each Airflow makes of it, the refused ones too; one run of each for all."""
    asked = [(offer, question) for offer in offers() for question in offer.questions]
    return {dialect: list(_ask(ask_airflow, dialect, asked)) for dialect in DIALECTS}


def _ask(
    ask_airflow: Ask, dialect: Dialect, asked: Sequence[tuple[Offered, Mapping[str, str]]]
) -> Iterator[tuple[Offered, str]]:
    found = ask_airflow(dialect, [question for _offer, question in asked])
    for (offer, _question), answer in zip(asked, found, strict=True):
        yield offer, read(answer)


def test_each_type_has_its_three_forms() -> None:
    types = catalogue.all_types()
    assert len(types) > 130
    assert len({(offer.of.conn_type, offer.of.how) for offer in offers()}) >= 3 * len(types)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_offered_is_read_back_as_it_was_typed(dialect: Dialect, answers: Answers) -> None:
    accepted = [(offer, answer) for offer, answer in answers[dialect] if not offer.refused]
    wrong = [(offer.name, meant(offer.of), answer) for offer, answer in accepted if answer != meant(offer.of)]
    assert not wrong, f"{len(wrong)} of {len(accepted)} differ, such as {wrong[:3]}"


def test_json_is_never_refused() -> None:
    assert [(each.name, each.refused) for each in offers() if each.written_as == "json" and each.refused] == []


def test_a_uri_is_refused_only_where_some_airflow_reads_it_otherwise(answers: Answers) -> None:
    refused = {offer.name for offer in offers() if offer.refused and offer.questions}
    assert refused, "no hostile form is beyond a URI any more, so the cases are too mild"
    lost = {offer.name for found in answers.values() for offer, answer in found if answer != meant(offer.of)}
    assert refused == lost
