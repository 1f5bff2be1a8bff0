#!/usr/bin/env python3
"""oracle.py with the lookups of an Airflow 3 task: `resolve_connection` and `resolve_variable` with `process` = "task".

`worker_env` is the environment of its process, `worker_backend` and `worker_backend_kwargs` are what `[workers]` says
there; the other fields describe the server. The trace is that of the task, `server_trace` what the server's sources
said, if it was asked. Airflow's own client asks Airflow's own Execution API over HTTP; nothing of either is simulated.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
import threading
import time

import oracle

SETTINGS = {"backend": "AIRFLOW__SECRETS__BACKEND", "worker_backend": "AIRFLOW__WORKERS__SECRETS_BACKEND"}
PATIENCE_SECONDS = 600  # on a busy machine nothing may end a call or a connection but its end
HANDLERS = {"GetConnection": "handle_get_connection", "GetVariable": "handle_get_variable"}
REFUSALS = ("ServerResponseError", "HTTPStatusError", "InvalidURL")


class LookupOracle(oracle.Oracle):
    def __init__(self) -> None:
        super().__init__()
        share_models_of_aws()
        do_not_wait_for_the_disk()
        self.add_teams("red", "blue")

    def answer(self, case):
        self.said = self.failure = None
        result = super().answer(case)
        if self.failure:
            result["lab"] = self.failure
        return result if self.said is None else {**result, "server_trace": self.said}

    def op_resolve_connection(self, case, trace):
        if case.get("process") != "task":
            with self.world(case, trace):
                found = self.Connection.get_connection_from_secrets(case["conn_id"], **team_of(case))
                return {"source": oracle.winner(trace), **oracle.fields(found)}
        from airflow.sdk import Connection

        with self.task(case, trace):
            found = Connection.get(case["conn_id"])
            return {"source": oracle.winner(trace), **oracle.fields(found)}

    def op_resolve_variable(self, case, trace):
        if case.get("process") != "task":
            with self.world(case, trace):
                value = self.Variable.get_variable_from_secrets(case["key"], **team_of(case))
                return {"source": oracle.winner(trace), "value": value}
        from airflow.sdk import Variable

        with self.task(case, trace):
            value = Variable.get(case["key"], default=None)
            return {"source": oracle.winner(trace), "value": value}

    def add_teams(self, *names):
        """Rows belong to those that are there."""
        try:
            from airflow.models.team import Team
        except ImportError:
            return  # Airflow 2
        with contextlib.closing(self.Session()) as session:
            session.add_all(Team(name=name) for name in names)
            session.commit()

    @contextlib.contextmanager
    def task(self, case, trace):
        from airflow.sdk.execution_time import supervisor, task_runner

        own = worker_environ(case)
        without = {name: os.environ.get(name) for name in own}
        loaded = supervisor.ensure_secrets_backend_loaded
        with oracle.changed_environ(own):
            chain = self.worker_chain(case)
            with oracle.changed_environ(without), self.world(case, []):
                pass  # a server without a chain would not start
            supervisor.ensure_secrets_backend_loaded = lambda: chain
            task_runner.SUPERVISOR_COMMS = Comms(functools.partial(self.ask_server, case, without))
            try:
                with oracle.traced(chain, trace):
                    yield
            finally:
                supervisor.ensure_secrets_backend_loaded = loaded
                del task_runner.SUPERVISOR_COMMS

    def worker_chain(self, case):
        from airflow.sdk.configuration import initialize_secrets_backends
        from airflow.sdk.execution_time.secrets import DEFAULT_SECRETS_SEARCH_PATH_WORKERS

        relevant = {n: v for n, v in os.environ.items() if n.startswith(("AIRFLOW__", "AWS_"))}
        key = "worker " + json.dumps(relevant, sort_keys=True)
        if key not in self.chains or case.get("fresh"):
            self.chains[key] = initialize_secrets_backends(default_backends=DEFAULT_SECRETS_SEARCH_PATH_WORKERS)
        return self.chains[key]

    def ask_server(self, case, without, message):
        """In the server's world: the environment of the task is not its own, and it has no supervisor to ask."""
        from airflow.sdk.execution_time import task_runner

        if type(message).__name__ not in HANDLERS:  # what to mask in logs
            return None
        comms = task_runner.SUPERVISOR_COMMS
        del task_runner.SUPERVISOR_COMMS
        self.said = []
        try:
            with oracle.changed_environ(without), self.world(case, self.said):
                return answer_of_api(self.client, message)
        except Exception as error:  # Airflow takes all of them for "not there", so tell those that are no answer
            if type(error).__name__ not in REFUSALS:
                self.failure = repr(error)
            raise
        finally:
            task_runner.SUPERVISOR_COMMS = comms

    @functools.cached_property
    def client(self):
        from airflow.sdk.execution_time.supervisor import InProcessTestSupervisor, in_process_api_server

        address = served(in_process_api_server().app)
        # This one repeats no call.
        client = InProcessTestSupervisor._Client(base_url=address, token="", trust_env=False)
        client.timeout = PATIENCE_SECONDS
        return client


def team_of(case):
    return {"team_name": case["team"]} if case.get("team") else {}


def worker_environ(case):
    """Without a backend of its own it has that of `[secrets]`, as the server has."""
    own = dict(case.get("worker_env") or {})
    for field, name in SETTINGS.items():
        if case.get(field):
            own |= {name: case[field], f"{name}_KWARGS": json.dumps(case.get(f"{field}_kwargs") or {})}
    return own


class Comms:
    def __init__(self, send):
        self.send = send


def answer_of_api(client, message):
    """What the supervisor makes of it, written for the process of the task and read there."""
    from airflow.sdk.execution_time import comms, request_handlers
    from pydantic import TypeAdapter

    handler = getattr(request_handlers, HANDLERS[type(message).__name__])
    response, options = repeated(lambda: handler(client, message))
    return TypeAdapter(comms.ToTask).validate_json(response.model_dump_json(**options))


def repeated(call, times=3):
    """As often as Airflow's own client would, but without its pauses: only a lost connection gives the lab reason to."""
    import httpx

    for _ in range(times - 1):
        with contextlib.suppress(httpx.TransportError):
            return call()
    return call()


def served(app):
    """Its address. In the process itself, the API would be handed other names than over HTTP: none beyond ASCII."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, timeout_keep_alive=PATIENCE_SECONDS))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


def share_models_of_aws():
    """Each backend makes a session of its own, which would read the same large files again."""
    from botocore import session

    loader = session.create_loader()
    session.create_loader = lambda *args, **kwargs: loader


def do_not_wait_for_the_disk():
    """Each world has rows of its own, and the database lives no longer than this process."""
    from airflow import settings
    from sqlalchemy import event

    event.listen(settings.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    settings.engine.dispose()


if __name__ == "__main__":
    oracle.Oracle = LookupOracle
    sys.exit(oracle.main())
