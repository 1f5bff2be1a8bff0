"""Has the sample Airflow read, once it answers."""

from __future__ import annotations

import django


def main() -> None:
    django.setup()
    from secretsui.demo import deployment_rows

    deployment_rows.check_airflow()


if __name__ == "__main__":
    main()
