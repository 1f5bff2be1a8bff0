"""The product's settings, with everything it writes below a folder of this test process."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="secretsui-test-"))
OWNER = os.getpid()


@atexit.register
def remove_home() -> None:
    if os.getpid() == OWNER:  # not in a forked child
        shutil.rmtree(HOME, ignore_errors=True)


# Also for the processes that tests start. Nothing of the machine's own AWS configuration may be in reach.
os.environ.update(
    SECRETSUI_DATA_DIR=str(HOME),
    SECRETSUI_SECRET_KEY="a key for tests alone",
    SECRETSUI_FINGERPRINT_KEY="another key for tests alone",
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_CONFIG_FILE=str(HOME / "aws-config"),
    AWS_SHARED_CREDENTIALS_FILE=str(HOME / "aws-credentials"),
    AWS_EC2_METADATA_DISABLED="true",
)
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_REGION"):
    os.environ.pop(name, None)

# Test processes that share one Redis would take each other's tasks.
if os.environ.get("CELERY_BROKER_URL", "").startswith("redis:") and os.environ.get("PYTEST_XDIST_WORKER"):
    server, _, _ = os.environ["CELERY_BROKER_URL"].rpartition("/")
    os.environ["CELERY_BROKER_URL"] = f"{server}/{int(os.environ['PYTEST_XDIST_WORKER'][2:]) % 15 + 1}"

from secretsui.settings import *  # noqa: E402, F403
from secretsui.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: an SQLite in memory knows neither WAL nor locks between connections.
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Hashed names need a collectstatic first; tests look at the sources. WhiteNoise warns where there is no folder.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
