"""The provider packages that a release of Airflow names, and what they say of themselves."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

AIRFLOW = "3.3.2"
PREFIX = "apache-airflow-providers-"

# In a process of its own: the file is one function of plain data, and needs neither Airflow nor the provider.
READ_INFO = """
import json, runpy, sys
print(json.dumps(runpy.run_path(sys.argv[1])["get_provider_info"]()))
"""


class Trouble(Exception):
    """What went wrong, for the person at the terminal."""


def extras_of_airflow(folder: Path, options: Sequence[str] = ()) -> Sequence[str]:
    """The provider distributions among the extras of Airflow."""
    install([f"apache-airflow=={AIRFLOW}"], folder, options)
    required = installed(folder)["apache-airflow"].requires or []
    names = {found.group() for each in required if (found := re.match(rf"{PREFIX}[a-z0-9-]+", each))}
    return sorted(names)


def install(names: Sequence[str], folder: Path, options: Sequence[str] = ()) -> None:
    """The newest that this Python can have, without what they need. Anew each time: downloads are cached by uv."""
    shutil.rmtree(folder, ignore_errors=True)
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--python", sys.executable, "--target", str(folder)]
    done = subprocess.run([*command, *options, *names], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"uv could not install the packages and said: {done.stderr.strip()}")


def installed(folder: Path) -> Mapping[str, Distribution]:
    return {each.metadata["Name"].lower(): each for each in distributions(path=[str(folder)])}


def read(folder: Path) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Of each installed provider what it declares, and its version; by name."""
    for _, distribution in sorted(installed(folder).items()):
        yield info_of(distribution), distribution.version


def info_of(distribution: Distribution) -> Mapping[str, Any]:
    paths = [each for each in distribution.files or () if each.name == "get_provider_info.py"]
    if len(paths) != 1:
        raise Trouble(f"{distribution.metadata['Name']} has {len(paths)} files named get_provider_info.py")
    command = [sys.executable, "-I", "-c", READ_INFO, str(paths[0].locate())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:]
        raise Trouble(f"{distribution.metadata['Name']} does not say what it declares: {' '.join(said)}")
    info: Mapping[str, Any] = json.loads(done.stdout)
    return info
