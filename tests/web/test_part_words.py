from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from secretsui.web.part_words import PARTS, part_words

TESTING = Path(settings.BASE_DIR) / "secretsui" / "inventory" / "deployments" / "testing.py"


def test_every_part_that_is_tried_has_words() -> None:
    named = set(re.findall(r'(?:TestLine|_tried)\(\s*"([a-z-]+)"', TESTING.read_text()))
    assert {"sources", "version", "connections"} <= named
    assert named <= set(PARTS)


def test_a_part_without_words_is_shown_as_it_is() -> None:
    assert part_words("backend/own") == "Where it looks"
    assert part_words("something new") == "something new"
