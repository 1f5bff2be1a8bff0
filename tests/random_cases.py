"""Random cases: the same ones in CI, new ones on each run elsewhere. A shared machine may be slow at any of them."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile(
    "secretsui",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    print_blob=True,
    max_examples=int(os.environ.get("SECRETSUI_EXAMPLES", "100")),
)
settings.load_profile("secretsui")
