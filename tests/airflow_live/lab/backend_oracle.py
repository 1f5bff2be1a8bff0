#!/usr/bin/env python3
"""oracle.py with two ops more: what readers of the Secrets Manager backend make of a `text`.

`decode_secret` reads it as a connection, with `words` as the backend's `extra_conn_words`. `read_variable` asks
`Variable.get` for it, as text and as JSON. No request leaves the process; the text stands in for the answer.
"""

from __future__ import annotations

import json
import sys

import oracle


class BackendOracle(oracle.Oracle):
    def op_decode_secret(self, case, trace):
        backend = backend_of(case["text"], extra_conn_words=case.get("words"))
        if hasattr(backend, "_set_connection_class"):  # Airflow 3
            backend._set_connection_class(self.connection_class(case))
        found = backend.get_connection("oracle")
        return {"found": False} if found is None else oracle.fields(found)

    def op_read_variable(self, case, trace):
        chain = [backend_of(case["text"])]
        if case.get("impl") == "sdk":
            from airflow.sdk import Variable
            from airflow.sdk.execution_time import supervisor

            supervisor.ensure_secrets_backend_loaded = lambda: chain
            return readings(Variable)
        with self.installed(chain):
            return readings(self.Variable)


def backend_of(text, **kwargs):
    from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend

    backend = SecretsManagerBackend(**kwargs)
    backend._get_secret = lambda *args, **kwargs: text
    return backend


def readings(variable):
    """`json` is the value spelled anew, so that it can be compared to the last digit."""
    answer = {"text": variable.get("oracle")}
    try:
        found = variable.get("oracle", deserialize_json=True)
        answer |= {"json": json.dumps(found), "type": type(found).__name__}
    except Exception as error:
        answer["json_error"] = type(error).__name__
    try:
        answer["or_default"] = variable.get("oracle", "the default", deserialize_json=True) == "the default"
    except Exception:
        answer["or_default"] = False
    return answer


if __name__ == "__main__":
    oracle.Oracle = BackendOracle
    sys.exit(oracle.main())
