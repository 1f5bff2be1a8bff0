"""Regenerate the catalogue of connection types from the newest providers, check it, and write its page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from secretsui.core.catalogue_files import FOLDER, read_all
from tools.conn_types import declared, page, providers, schema

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "providers"
PAGE = ROOT / "docs" / "connection-types.md"

Files = Mapping[Path, str | None]


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except providers.Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m tools.conn_types", description=__doc__)
    commands = found.add_subparsers(required=True)
    generate = commands.add_parser("generate", help="ask every provider that Airflow names what it declares")
    generate.add_argument("--check", action="store_true", help="write nothing, and exit 1 if something would change")
    generate.set_defaults(run=lambda options: write(generated(), only_check=options.check))
    pages = commands.add_parser("page", help="write the files down as docs/connection-types.md")
    pages.add_argument("--check", action="store_true", help="write nothing, and exit 1 if something would change")
    pages.set_defaults(run=lambda options: write({PAGE: page.text(read_all())}, only_check=options.check))
    check = commands.add_parser("check", help="hold the data files against their schema")
    check.add_argument("distributions", nargs="*", help="all, if none is named")
    check.set_defaults(run=lambda options: check_files(options.distributions))
    return found


def generated() -> Files:
    """What no provider stands behind any more is without text."""
    names = providers.extras_of_airflow(CACHE / "airflow")
    providers.install(names, CACHE / "all")
    documents = [declared.document(info, version) for info, version in providers.read(CACHE / "all")]
    documents.append(declared.core_document(providers.AIRFLOW))
    gone: dict[Path, str | None] = dict.fromkeys(FOLDER.glob("*.json"))
    return gone | {FOLDER / f"{each['distribution']}.json": declared.spelled(each) for each in documents}


def write(files: Files, *, only_check: bool) -> int:
    """Tell what changes. A file without text goes."""
    changes = [*changed(files)]
    for path, change in changes:
        print(f"{change}: {path.name}")
        if not only_check:
            _put(path, files[path])
    return 1 if only_check and changes else 0


def changed(files: Files) -> Iterator[tuple[Path, str]]:
    for path, text in sorted(files.items()):
        if text is None:
            yield path, "gone"
        elif not path.exists():
            yield path, "new"
        elif path.read_text() != text:
            yield path, "changed"


def _put(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
    else:
        path.write_text(text)


def check_files(names: Sequence[str]) -> int:
    files = [*FOLDER.glob("*.json"), *FOLDER.glob("curated/*.json")]
    chosen = [name.removesuffix(".json") for name in names] or sorted({path.stem for path in files})
    found = [mistake for name in chosen for mistake in schema.mistakes(name)]
    print("\n".join(found) or f"{len(chosen)} distributions are sound.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
