"""The documents keep up with the code: settings, commands, links, and what the README says to type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("docs", "bench", "secretsui", "static", "templates", "tests", "tools")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))])
OUR_COMMANDS = sorted(
    path.stem for path in ROOT.glob("secretsui/*/management/commands/*.py") if not path.stem.startswith("_")
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SETTING = re.compile(r"""\benv(?:\.\w+)?\(\s*["']([A-Z][A-Z0-9_]+)["']""")
MAKE = re.compile(r"(?:^|`)(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)", re.MULTILINE)


def read(name: str) -> str:
    return (ROOT / name).read_text()


def links(document: Path) -> Iterator[str]:
    for target in LINK.findall(document.read_text()):
        if not re.match(r"[a-z]+:|#", target):
            yield target.split("#")[0]


def headings(text: str) -> set[str]:
    """As the anchors that they become."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))


def test_every_setting_is_explained():
    settings = set(SETTING.findall(read("secretsui/settings.py")))
    assert len(settings) >= 15
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", read("docs/settings.md"), re.MULTILINE))
    assert settings - explained == set()


def test_no_setting_is_explained_that_nothing_reads():
    places = (
        "secretsui/settings.py",
        "secretsui/demo/plan.py",
        "secretsui/demo/airflow/installing.py",
        "secretsui/airflow/credentials.py",
        "tools/entrypoint.sh",
        "tools/venv.sh",
    )
    code = "\n".join(read(place) for place in places)
    explained = re.findall(r"^\| `([A-Z_]+)` \|", read("docs/settings.md"), re.MULTILINE)
    assert [name for name in explained if not re.search(rf"\b{name}\b", code)] == []


@pytest.mark.parametrize("command", OUR_COMMANDS)
def test_every_command_is_explained(command):
    assert f"`{command}" in read("docs/deploy.md")


def test_there_are_commands():
    assert "first_admin" in OUR_COMMANDS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document):
    assert [target for target in links(document) if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_a_document_has_its_heading(document):
    text = document.read_text()
    wanted = {target[1:] for target in LINK.findall(text) if target.startswith("#")}
    assert wanted - headings(text) == set()


def test_the_commands_of_the_readme_exist():
    told = set(MAKE.findall(read("README.md")))
    assert {"run", "test", "lint", "bench"} <= told
    assert told - targets() == set()


def test_every_target_stands_in_the_help_and_in_the_readme():
    told = set(re.findall(r"^([a-z][a-z-]*):.*## ", read("Makefile"), re.MULTILINE))
    assert targets() - told == set()
    assert {name for name in told - {"help"} if f"`make {name}`" not in read("README.md")} == set()


def test_decisions_are_numbered_without_a_gap():
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]


def test_decisions_have_the_same_parts():
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        parts = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "A change that would break it"], path.name


def test_the_hooks_before_a_commit_run_the_tools_of_the_lint_step():
    lint = read("Makefile").split("\nlint: ##")[1].split("\n\n")[0]
    hooks = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    for hook in hooks:
        tool = hook["entry"].split()[0].rpartition("/")[2]
        assert f"$(BIN)/{tool} " in lint or f"$(BIN)/{tool}\n" in lint, hook["id"]
    assert len(hooks) == lint.count("$(BIN)/")


def test_compose_names_only_settings_that_exist():
    environment = yaml.safe_load(read("compose.yaml"))["x-secretsui"]["environment"]
    known = set(SETTING.findall(read("secretsui/settings.py"))) | {"AWS_REGION"}
    assert set(environment) - known == set()


@pytest.mark.parametrize("name", sorted(each.name for each in ROOT.glob("requirements*.txt")))
def test_every_pin_has_its_hashes_and_no_index(name):
    text = read(name)
    pins = re.split(r"\n(?=\S)", text.strip())
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert "://" not in text
