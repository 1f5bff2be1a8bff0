#!/usr/bin/env python3
"""oracle.py with one op more, `decode_secret`: what the Secrets Manager backend makes of a `text`.

`words` are its `extra_conn_words`. No request leaves the process; the text stands in for the answer.
"""

from __future__ import annotations

import sys

import oracle


class BackendOracle(oracle.Oracle):
    def op_decode_secret(self, case, trace):
        from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend

        backend = SecretsManagerBackend(extra_conn_words=case.get("words"))
        backend._get_secret = lambda *args, **kwargs: case["text"]
        if hasattr(backend, "_set_connection_class"):  # Airflow 3
            backend._set_connection_class(self.connection_class(case))
        found = backend.get_connection("oracle")
        return {"found": False} if found is None else oracle.fields(found)


if __name__ == "__main__":
    oracle.Oracle = BackendOracle
    sys.exit(oracle.main())
