#!/usr/bin/env python
from __future__ import annotations

import os
import sys


def main() -> int:
    # These two are pure code: starting Django would take ten times as long as most of their answers.
    if sys.argv[1:] == ["simulate"]:
        from secretsui.core import simulate

        return simulate.main()
    if sys.argv[1:2] == ["connection_uri"]:
        from secretsui.core import connection_uri

        return connection_uri.main(sys.argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretsui.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
