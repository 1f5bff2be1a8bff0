"""Google projects and Azure vaults for worlds, where the real Airflow reads them through the vendors' own clients."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.airflow.answering import Answer, Call, answering
from tests.airflow_live.worlds import Case
from tests.servers import azure_rules
from tests.servers.azure import CLIENT, PASSWORD, TENANT, Azure
from tests.servers.google import Google
from tests.servers.google_grpc import serving as serving_grpc

DENIED = {"denied": True}
# What a class of the SDK stands for, and what Airflow lets through where the service fails in this way.
FAILED_IN_GOOGLE = {"error": "InternalServerError"}
DISABLED_IN_GOOGLE = {"error": "FailedPrecondition"}
FAILED_IN_AZURE = {"error": "HttpResponseError"}
DISABLED_IN_AZURE = {"error": "HttpResponseError", "disabled": True}
_PERMISSION = "secretmanager.versions.access"
_ACTION = "getSecret/action"


@dataclass
class Clouds:
    """A project and a vault for each world that wants one."""

    projects: dict[str, Google] = field(default_factory=dict)
    vaults: dict[str, Azure] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    url: str = ""
    ca_file: str = ""

    def google(self, held: Mapping[str, Any]) -> Case:
        """What the kwargs of a backend say of the project that holds these."""
        project = f"w{len(self.projects)}"
        google = self.projects[project] = Google()
        for name, found in held.items():
            google.put(name, found if isinstance(found, str) else "x")
            if found == DENIED:
                google.denied.add((_PERMISSION, name))
            elif found == DISABLED_IN_GOOGLE:
                google.secrets[name].versions[-1].state = "DISABLED"
            elif found == FAILED_IN_GOOGLE:
                google.broken.add(name)
        return {"project_id": project, "gcp_keyfile_dict": json.loads(google.credential())}

    def azure(self, held: Mapping[str, Any]) -> Case:
        name = f"w{len(self.vaults)}"
        azure = self.vaults[name] = Azure()
        azure.url, azure.tokens = self.url, self.tokens
        for secret, found in held.items():
            azure.put(secret, found if isinstance(found, str) else "x")
            if found == DENIED:
                azure.denied.add((_ACTION, secret.lower()))
            elif found == DISABLED_IN_AZURE:
                azure.secrets[secret.lower()].current.body["attributes"] = {"enabled": False}
            elif found == FAILED_IN_AZURE:
                azure.broken.add(secret.lower())
        return {
            "vault_url": f"{self.url}/{name}",
            "tenant_id": TENANT,
            "client_id": CLIENT,
            "client_secret": PASSWORD,
            "connection_verify": self.ca_file,
            "verify_challenge_resource": False,
            "retry_total": 0,
        }

    def __call__(self, call: Call) -> Answer:
        """Vaults lie below the address of the server; the login is everybody's."""
        first, _, rest = call.path.lstrip("/").partition("/")
        if first in self.vaults:
            return self.vaults[first](replace(call, path=f"/{rest}"))
        login = Azure()
        login.url, login.tokens = self.url, self.tokens
        return login(call)


@contextmanager
def serving_clouds() -> Iterator[tuple[Clouds, Case]]:
    """The clouds, and what the oracle has to know of them: where they are."""
    clouds = Clouds()
    with tempfile.TemporaryDirectory(prefix="secretsui-clouds-") as folder:
        trusted, tls = azure_rules.certificate(Path(folder))
        with answering(clouds, tls) as server, serving_grpc(clouds.projects) as address:
            clouds.url, clouds.ca_file = server.url, str(trusted)
            yield clouds, {"GOOGLE_ADDRESS": address, "AZURE_AUTHORITY_HOST": server.url, "AZURE_CA": str(trusted)}
