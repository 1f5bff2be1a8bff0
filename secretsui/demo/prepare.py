"""Makes database, static files and rows ready for the embedded stack, in one short-lived process."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    django.setup()
    from secretsui.demo import rows

    call_command("migrate", verbosity=0, interactive=False)
    collect_static()
    rows.write(os.environ["SECRETSUI_DEMO_PASSWORD"], os.environ.get("SECRETSUI_DEMO_ENDPOINT", ""))


def collect_static() -> bool:
    """False when the collected files are those of the last start, as they are nearly always."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    state = _state()
    if stamp.is_file() and stamp.read_text() == state:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state)
    return True


def _state() -> str:
    """Our own files by size and time, those of packages by the pins."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.txt").read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            facts = path.stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
