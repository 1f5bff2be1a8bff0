from __future__ import annotations

from tests.servers.azure import azure, azure_server  # noqa: F401 - fixtures
from tests.servers.google import google, google_server  # noqa: F401 - fixtures
