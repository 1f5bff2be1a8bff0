"""What is wrong with settings that somebody pasted, where it stands in the text, and what to write in its place."""

from __future__ import annotations

from secretsui.core.settings_lint.asked import Asked, Inventory, Remark, Report, Setting, Stray, Unjudged
from secretsui.core.settings_lint.guess import class_of
from secretsui.core.settings_lint.linting import lint

__all__ = ["Asked", "Inventory", "Remark", "Report", "Setting", "Stray", "Unjudged", "class_of", "lint"]
