"""Names whose values are secret wherever they stand."""

from __future__ import annotations

import re
from typing import Final

# What Airflow masks in its logs and screens, and what the names of a few providers add to it.
_AIRFLOW: Final = (
    "access_key", "access_token", "api_key", "apikey", "auth_header", "authorization", "bearer", "connection_string",
    "dsn", "keyfile_dict", "passphrase", "passwd", "password", "private_key", "proxies", "proxy", "secret",
    "service_account", "service_key", "token", "webhook_url",
)  # fmt: skip
_MORE: Final = ("credential", "key_data")
_ANY: Final = re.compile("|".join((*_AIRFLOW, *_MORE)))
_MASKED: Final = re.compile("|".join(_AIRFLOW))


def is_sensitive(name: str) -> bool:
    """As Airflow looks for them: anywhere in the name, whatever the case and the separators."""
    return bool(_ANY.search(re.sub(r"\W+", "_", name.strip().lower())))


def is_masked(name: str) -> bool:
    """Does Airflow 3.3 mask what goes by this name? Older ones know fewer words."""
    return bool(_MASKED.search(re.sub(r"\W+", "_", name.strip().lower())))
