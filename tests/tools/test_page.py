"""The page of the connection types is that of the files, and survives what they hold."""

from __future__ import annotations

import re

import pytest

from secretsui.core import catalogue
from secretsui.core.catalogue import ConnType, Distribution, Field, Standard
from tools.conn_types import page
from tools.conn_types.__main__ import PAGE, main

HOSTILE = "a|b <script> [x](y) `c` *d*\n| e"
DB = ConnType(
    "db",
    "Database | one",
    standard={"host": Standard(label="Account", help=HOSTILE), "port": Standard(hidden=True)},
    fields=(
        Field("mode", "Mode", choices=("a|b", "c`d"), default="a|b", help=HOSTILE, placeholder="x | y"),
        Field("pin", "PIN", secret=True, min_length=4, pattern="^[0-9|]+$"),
        Field("level", "Level", kind="integer", minimum=1, maximum=9, default=0),
        Field("on", "On", kind="boolean", default=False),
        Field("cert", "Certificate", format="pem"),
    ),
    needs=(("host",), ("login", "extra.pin")),
    exclusive=(("mode", "pin"),),
    renamed={"old": "mode", "gone": ""},
    example={"host": "db.example"},
    docs="https://airflow.apache.org/docs/",
    traps=(HOSTILE + ".",),
)
AIRFLOW = Distribution("apache-airflow", "Apache Airflow", "3.3.2", [ConnType("generic", "Generic")])


@pytest.fixture
def lines() -> list[str]:
    maker = Distribution("apache-airflow-providers-db", "Maker", "1.2.3", [DB])
    empty = Distribution("apache-airflow-providers-none", "Nothing", "1.0.0", [])
    return page.text([AIRFLOW, maker, empty]).splitlines()


def test_the_page_is_up_to_date():
    assert PAGE.read_text() == page.text(catalogue.distributions()), "run `make catalogue`"


def test_every_type_stands_on_the_page_once():
    found = re.findall(r"^### `(\w+)`", PAGE.read_text(), re.MULTILINE)
    assert sorted(found) == sorted(each.conn_type for each in catalogue.all_types())


def test_every_heading_has_an_address_of_its_own():
    headings = re.findall(r"^##+ (.+)$", PAGE.read_text(), re.MULTILINE)
    addresses = [page.anchor(each) for each in headings]
    assert len(set(addresses)) == len(addresses)


def test_every_row_has_as_many_cells_as_its_table(lines):
    bars = {len(re.findall(r"(?<!\\)\|", line)) for line in lines if line.startswith("|")}
    assert bars == {4, 5}


def test_no_text_of_the_files_becomes_markup(lines):
    text = "\n".join(lines)
    assert "<script" not in text
    assert "[x](y)" not in text
    assert "\n| e" not in text


def test_a_row_says_what_a_field_takes(lines):
    own = lines[lines.index("### `db`: Database \\| one") :]
    takes = {line.split(" | ")[0].strip("| `"): line for line in own if line.startswith("| `")}
    assert "**secret**, text, at least 4 characters, matches `^[0-9\\|]+$`" in takes["extra.pin"]
    assert "| whole number, default `0`, 1 to 9 |" in takes["extra.level"]
    assert "| yes or no, default `false` |" in takes["extra.on"]
    assert "| PEM |" in takes["extra.cert"]
    assert "| Account |" in takes["host"]
    assert "| **secret** |" in takes["password"]
    assert "port" not in takes


def test_the_rules_of_a_type_stand_below_its_fields(lines):
    rules = [line for line in lines if line.startswith("- ")]
    assert rules[:4] == [
        "- Needs `host`, `login` or `extra.pin`.",
        "- At most one of `extra.mode`, `extra.pin`.",
        "- `extra.old` is now `extra.mode`.",
        "- `extra.gone` is no longer read.",
    ]
    assert len(rules) == 5


def test_providers_without_types_are_named_at_the_end(lines):
    assert lines[-1] == "Nothing."


def test_the_check_says_whether_the_page_would_change(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("tools.conn_types.__main__.PAGE", tmp_path / "page.md")
    assert main(["page", "--check"]) == 1
    assert main(["page"]) == 0
    assert main(["page", "--check"]) == 0
    assert capsys.readouterr().out == "new: page.md\n" * 2
    assert (tmp_path / "page.md").read_text() == PAGE.read_text()
