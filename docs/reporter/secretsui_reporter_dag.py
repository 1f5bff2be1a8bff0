"""Tells secretsui every hour which connections and variables the environment of a worker has. README.md: what is sent.

For Airflow 2.11 and 3.x. Put it into the folder `dags`, and `secretsui_reporter_plugin.py` into the folder `plugins`.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(
    schedule=timedelta(hours=1),
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    tags=["secretsui"],
)
def secretsui_reporter():
    @task
    def report_worker() -> None:
        from secretsui_reporter_plugin import post

        post("worker")

    report_worker()


secretsui_reporter()
