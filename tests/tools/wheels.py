"""A provider's wheel, small and made here."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

INFO = "airflow/providers/{short}/get_provider_info.py"


def make_provider(folder: Path, short: str, info: Mapping[str, Any], *, version: str = "2.0.0") -> None:
    code = f"def get_provider_info():\n    return {dict(info)!r}\n"
    make_wheel(folder, f"apache-airflow-providers-{short}", version, {INFO.format(short=short): code})


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, str], *more: str) -> None:
    stem = f"{name.replace('-', '_')}-{version}"
    metadata = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *more, ""])
    wheel = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    held = {**files, f"{stem}.dist-info/METADATA": metadata, f"{stem}.dist-info/WHEEL": wheel}
    record = "".join(f"{path},,\n" for path in [*held, f"{stem}.dist-info/RECORD"])
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as archive:
        for path, text in {**held, f"{stem}.dist-info/RECORD": record}.items():
            archive.writestr(path, text)
