"""The pictures of the README, of the real product with its sample data.

python -m tests.browser.readme FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from tests.browser.chromium import launched
from tests.browser.screens import CONNECTION, Screen, Way, at, built
from tests.browser.shots import SIZES, Album, running

PICTURES: Final[Mapping[str, Screen]] = {
    "secrets-light.png": at("/secrets/?account=data-prod&kind=connection&sort=state"),
    "secret-dark.png": at("/s/data-prod/eu-central-1/airflow/connections/warehouse"),
    "conflicts-light.png": at("/d/halden-us/conflicts/"),
    "builder-light.png": built(CONNECTION, shown="Same everywhere"),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launched(playwright) as browser, running(scratch=False) as product:
        album = Album(browser, product, folder)
        for name, screen in PICTURES.items():
            scheme = "dark" if name.endswith("-dark.png") else "light"
            page = screen(Way(album, color_scheme=scheme, viewport=SIZES["wide"]))
            page.screenshot(path=folder / name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
