from __future__ import annotations

import csv
import io

import pytest

from secretsui.web import csv_export


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_spreadsheet_finds_no_formula(start: str) -> None:
    assert csv_export.cell(start + "cmd|' /C calc'!A0").startswith("'" + start)


@pytest.mark.parametrize(("value", "text"), [(None, ""), (7, "7"), ("plain", "plain"), ("", "")])
def test_other_values_stay_as_they_are(value: object, text: str) -> None:
    assert csv_export.cell(value) == text


def test_rows_are_sent_one_by_one_and_read_back() -> None:
    sent = 0

    def rows() -> object:
        nonlocal sent
        for sent in range(1, 4):
            yield [sent, 'quote " comma , line\nbreak']

    answer = csv_export.answer(rows(), "x.csv")  # type: ignore[arg-type]
    stream = iter(answer)
    next(stream)
    assert sent == 1
    assert answer["Content-Disposition"] == 'attachment; filename="x.csv"'
    line = next(stream).decode()  # type: ignore[union-attr]
    assert next(csv.reader(io.StringIO(line))) == ["2", 'quote " comma , line\nbreak']
