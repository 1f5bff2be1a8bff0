from __future__ import annotations

from pathlib import Path

import pytest

from secretsui.demo.prepare import collect_static


@pytest.fixture
def style(tmp_path: Path, settings) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATIC_ROOT.mkdir()
    (source / "app.css").write_text("body { color: black }")
    return source / "app.css"


def test_static_files_are_collected_once(style, settings):
    assert collect_static()
    assert (Path(settings.STATIC_ROOT) / "app.css").is_file()
    assert not collect_static()


def test_a_changed_file_is_collected_anew(style, settings):
    collect_static()
    style.write_text("body { color: white; margin: 0 }")
    assert collect_static()
    assert "margin" in (Path(settings.STATIC_ROOT) / "app.css").read_text()


def test_a_removed_file_is_gone(style, settings):
    collect_static()
    style.rename(style.with_name("other.css"))
    assert collect_static()
    assert not (Path(settings.STATIC_ROOT) / "app.css").exists()
