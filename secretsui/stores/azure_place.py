"""Where a key vault is, and as whom it is asked; no secrets."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


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
