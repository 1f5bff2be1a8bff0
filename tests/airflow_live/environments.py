"""Real Airflow, installed once into a cache folder: one environment per generation, from the locks of the lab."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

Generation = Literal[2, 3]

LAB = Path(__file__).parent / "lab"
PYTHON = "3.11"  # what the locks were resolved for


class NoAirflow(Exception):
    """Why there is none on this machine."""


def airflow_python(generation: Generation, overlay: str = "") -> Path:
    """The interpreter of an environment that has this Airflow; installed if need be, which takes seconds.

    An overlay is one more lock, whose pins replace those of the first.
    """
    home = cache_folder()
    home.mkdir(parents=True, exist_ok=True)
    names = [f"airflow{generation}", *([f"airflow{generation}-{overlay}"] if overlay else [])]
    locks = [LAB / f"{name}.lock.txt" for name in names]
    pins = b"".join(lock.read_bytes() for lock in locks)
    environment = home / f"{names[-1]}-{hashlib.sha256(pins).hexdigest()[:12]}"
    with alone(home / f"{names[-1]}.lock"):
        if not (environment / "complete").exists():
            install(environment, locks, home)
    return environment / "bin" / "python"


def cache_folder() -> Path:
    if chosen := os.environ.get("SECRETSUI_AIRFLOW_LAB"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "secretsui-airflow-lab"


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time: parallel test workers share the folder."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install(environment: Path, locks: Sequence[Path], home: Path) -> None:
    uv = find_uv(home)
    run(uv, "venv", "-q", "--clear", "-p", find_python(), str(environment))
    for lock in locks:
        run(uv, "pip", "install", "-q", "-p", str(environment / "bin/python"), "--no-deps", "-r", str(lock))
    (environment / "complete").touch()


def find_uv(home: Path) -> str:
    if found := shutil.which("uv"):
        return found
    tools = home / "tools"
    if not (tools / "bin/uv").exists():
        run(sys.executable, "-m", "venv", str(tools))
        run(str(tools / "bin/pip"), "install", "-q", "uv")
    return str(tools / "bin/uv")


def find_python() -> str:
    """The first that really runs: a shim of pyenv may stand on the path without a version behind it."""
    found = next((each for each in pythons() if version_of(each) == PYTHON), None)
    if found is None:
        raise NoAirflow(f"the locks of Airflow need Python {PYTHON}, and none was found")
    return found


def pythons() -> Iterator[str]:
    yield sys.executable
    if on_path := shutil.which(f"python{PYTHON}"):
        yield on_path
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    yield from (str(each) for each in sorted(versions.glob(f"{PYTHON}*/bin/python"), reverse=True))


def version_of(python: str) -> str:
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True)
    return done.stdout.strip()


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"})
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()
        raise NoAirflow(f"{Path(command[0]).name} {command[1]} failed and said: {said[-1]}")
