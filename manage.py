#!/usr/bin/env python
from __future__ import annotations

import os
import sys


def main() -> int:
    if sys.argv[1:] == ["simulate"]:
        # Pure code: starting Django would take ten times as long as most of its answers.
        from secretsui.core import simulate

        return simulate.main()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretsui.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
