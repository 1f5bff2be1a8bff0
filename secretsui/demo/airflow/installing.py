"""Real Airflow, installed once into a cache folder: one environment per lock, made whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from secretsui.orphans import bound_to_parent

LOCK: Final = Path(__file__).parent / "airflow3.lock.txt"
PYTHON: Final = "3.11"  # what the locks were resolved for


class NoAirflow(Exception):
    """Why there is none on this machine."""


def installed(*locks: Path) -> Path:
    """The interpreter of an environment with these pins, those of later locks before those of earlier ones."""
    home, name = cache_folder(), locks[-1].name.removesuffix(".lock.txt")
    environment = home / f"{name}-{digest(*locks)}"
    with alone(home / f"{name}.lock"):
        if not is_complete(environment):
            _install(environment, locks, home)
    return environment / "bin" / "python"


def cache_folder() -> Path:
    chosen = os.environ.get("SECRETSUI_AIRFLOW_LAB")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(chosen) if chosen else home / "secretsui-airflow-lab"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def is_complete(folder: Path) -> bool:
    return (folder / "complete").exists()


def mark_complete(folder: Path) -> None:
    """Comes last, so that what was cut off half-way is made anew."""
    (folder / "complete").touch()


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time: parallel tests and stacks share the folder."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(environment: Path, locks: Sequence[Path], home: Path) -> None:
    uv = find_uv(home)
    run([uv, "venv", "-q", "--clear", "-p", find_python(), str(environment)])
    for lock in locks:
        run([uv, "pip", "install", "-q", "-p", str(environment / "bin/python"), "--no-deps", "-r", str(lock)])
    mark_complete(environment)


def find_uv(home: Path) -> str:
    if found := shutil.which("uv"):
        return found
    tools = home / "tools"
    if not (tools / "bin/uv").exists():
        run([sys.executable, "-m", "venv", str(tools)])
        run([str(tools / "bin/pip"), "install", "-q", "uv"])
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
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip()


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(  # noqa: S603
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**(os.environ if environment is None else environment), "UV_PYTHON_DOWNLOADS": "never"},
        preexec_fn=bound_to_parent(),
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()
        raise NoAirflow(f"{Path(command[0]).name} {command[1]} failed and said: {said[-1]}")
