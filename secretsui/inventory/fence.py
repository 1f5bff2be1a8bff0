"""Where the credentials of this server may be sent.

Whoever enters a reference to a credential enters the address as well, and needs no grant for it. So the operator of
this server, who alone knows whose credential is whose, may name the hosts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

SENTENCE: Final = "This server sends no credentials to the host of this address."
REMEDY: Final = "Check the address, or add its host to SECRETSUI_ENDPOINT_HOSTS where secretsui and its workers run."
GOOGLE: Final = (".googleapis.com",)


def is_trusted(url: str, usual: Sequence[str] = ()) -> bool:
    """`usual` counts where the operator names no hosts; without either, any host is trusted."""
    host = urlsplit(url).hostname or ""
    hosts = [each.strip().lower() for each in settings.ENDPOINT_HOSTS or usual]
    return not url or not hosts or any(host == each.lstrip(".") or _is_below(host, each) for each in hosts)


def _is_below(host: str, domain: str) -> bool:
    return domain.startswith(".") and host.endswith(domain)
