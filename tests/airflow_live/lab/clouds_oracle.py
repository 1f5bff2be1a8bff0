#!/usr/bin/env python3
"""lookup_oracle.py with the secrets of a Google project or of an Azure vault: `google` and `azure`, name to text.

An object in the place of a text says how the service fails: {"denied": true} or {"error": "ServiceUnavailable"}. The
providers' own code runs up to the call of the service's client, which answers from memory.
"""

from __future__ import annotations

import re
import sys
import types

import lookup_oracle
import oracle

PATH = re.compile(r"projects/.*/secrets/(.*)/versions/latest", re.DOTALL)
LEGAL_IN_GOOGLE = re.compile(r"[a-zA-Z0-9_-]{1,255}")
LEGAL_IN_AZURE = re.compile(r"[0-9a-zA-Z-]{1,127}")


class CloudsOracle(lookup_oracle.LookupOracle):
    def __init__(self) -> None:
        super().__init__()
        self.case = {}
        answer_for_google(self)
        answer_for_azure(self)

    def answer(self, case):
        self.case = case
        return super().answer(case)


def answer_for_google(asked):
    from airflow.providers.google.cloud._internal_client import secret_manager_client
    from airflow.providers.google.cloud.secrets import secret_manager
    from google.api_core import exceptions

    real = secret_manager_client.SecretManagerServiceClient

    class Client:
        secret_version_path = staticmethod(real.secret_version_path)

        def __init__(self, **_kwargs):
            pass

        def access_secret_version(self, request):
            name = PATH.fullmatch(request["name"])[1]
            if not LEGAL_IN_GOOGLE.fullmatch(name):
                raise exceptions.InvalidArgument("name")
            found = (asked.case.get("google") or {}).get(name)
            if found is None:
                raise exceptions.NotFound("name")
            if isinstance(found, dict):
                raise (exceptions.PermissionDenied if found.get("denied") else exceptions.ServiceUnavailable)("name")
            return types.SimpleNamespace(payload=types.SimpleNamespace(data=found.encode()))

    secret_manager_client.SecretManagerServiceClient = Client
    secret_manager.get_credentials_and_project_id = lambda **_kwargs: (None, "project")


def answer_for_azure(asked):
    from airflow.providers.microsoft.azure.secrets import key_vault
    from azure.core.exceptions import HttpResponseError, ResourceNotFoundError, ServiceRequestError

    class Client(key_vault.SecretClient):
        def get_secret(self, name):
            found = (asked.case.get("azure") or {}).get(name)
            if not LEGAL_IN_AZURE.fullmatch(name):
                raise HttpResponseError("name")
            if found is None:
                raise ResourceNotFoundError("name")
            if isinstance(found, dict):
                raise (HttpResponseError if found.get("denied") else ServiceRequestError)("name")
            return types.SimpleNamespace(value=found)

    key_vault.SecretClient = Client


if __name__ == "__main__":
    oracle.Oracle = CloudsOracle
    sys.exit(oracle.main())
