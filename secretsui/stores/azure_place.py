"""Where a key vault is, as whom it is asked, and how patiently; no secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

TIMEOUTS: Final = {"connection_timeout": 5, "read_timeout": 20}
RETRIES: Final[dict[str, Any]] = {"retry_total": 2, "retry_backoff_factor": 0.5, "retry_backoff_max": 2}


@dataclass(frozen=True, slots=True)
class AzurePlace:
    """Without a client id the identity of this server; with one and no credential, that one of its identities."""

    vault_url: str  # https://NAME.vault.azure.net
    tenant_id: str = ""
    client_id: str = ""
    ca_file: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.vault_url).hostname or self.vault_url
