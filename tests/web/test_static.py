"""What a browser loads once: where it comes from, and what it weighs."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import django_htmx
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
HTMX = Path(str(django_htmx.__file__)).parent / "static" / "django_htmx" / "htmx-2.min.js"
OURS = ("css/app.css", "js/app.js", "icons.svg", "icon.svg")


def zipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def test_a_vendored_file_is_the_one_that_is_recorded() -> None:
    record = (STATIC / "vendor" / "README.md").read_text()
    files = [path for path in (STATIC / "vendor").iterdir() if path.name != "README.md"]
    assert files
    for path in files:
        assert path.name in record
        assert hashlib.sha256(path.read_bytes()).hexdigest() in record


def test_everything_a_browser_loads_at_first_is_light() -> None:
    vendored = [path for path in (STATIC / "vendor").iterdir() if path.suffix == ".css"]
    scripts = sorted((STATIC / "js").glob("*.js"))
    total = sum(map(zipped, [*vendored, HTMX, *scripts, *(STATIC / name for name in OURS if "js/" not in name)]))
    assert total < 130_000


def test_our_own_files_stay_small() -> None:
    assert (STATIC / "js" / "app.js").stat().st_size < 4_096
    assert (STATIC / "js" / "form.js").stat().st_size < 3_072
    assert (STATIC / "css" / "app.css").stat().st_size < 12_288
    assert (STATIC / "css" / "form.css").stat().st_size < 4_096
    assert (STATIC / "css" / "deployments.css").stat().st_size < 2_048
    assert (STATIC / "css" / "conflicts.css").stat().st_size < 4_096
    assert (STATIC / "css" / "schedules.css").stat().st_size < 2_048
    assert (STATIC / "css" / "audits.css").stat().st_size < 2_048
    assert (STATIC / "icons.svg").stat().st_size < 24_576
    assert (STATIC / "js" / "preview.js").stat().st_size < 2_048


def test_htmx_is_version_2() -> None:
    assert re.search(r'version:"2\.\d+\.\d+"', HTMX.read_text())


def test_nothing_is_loaded_from_elsewhere() -> None:
    for name in ("css/app.css", "css/form.css", "css/conflicts.css", "vendor/tabler-1.6.1.min.css"):
        urls = re.findall(r"url\(([^)]{0,12})", (STATIC / name).read_text())
        assert all(url.strip("\"'").startswith(("data:", "#")) for url in urls)
