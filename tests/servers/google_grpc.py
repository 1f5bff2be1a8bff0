"""The same projects over gRPC, which is what Airflow's provider speaks; of all calls the one that it makes."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import grpc
from google.cloud.secretmanager_v1.types import AccessSecretVersionRequest, AccessSecretVersionResponse

from tests.airflow.answering import Call
from tests.servers.google import Google, Refused

_SERVICE: Final = "google.cloud.secretmanager.v1.SecretManagerService"
_NAME: Final = re.compile(r"projects/([^/]+)/secrets/(.*)/versions/([^/]+)", re.DOTALL)
_NOBODY: Final = Call("", "", {}, {}, None)


@contextmanager
def serving(projects: Mapping[str, Google]) -> Iterator[str]:
    """The address; connections are what gRPC calls local, so that they need no certificate and may carry tokens."""
    server = grpc.server(ThreadPoolExecutor(2))
    access = grpc.unary_unary_rpc_method_handler(
        lambda request, context: _access(projects, request, context),
        request_deserializer=AccessSecretVersionRequest.deserialize,
        response_serializer=AccessSecretVersionResponse.serialize,
    )
    methods = {"AccessSecretVersion": access}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, methods),))
    port = server.add_secure_port("127.0.0.1:0", grpc.local_server_credentials())
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def _access(projects: Mapping[str, Google], request: Any, context: grpc.ServicerContext) -> Any:
    header = str(dict(context.invocation_metadata()).get("authorization", ""))
    try:
        project, name, which = _parts(request.name)
        google = projects[project]
        google.authenticate(header)
        google.check("secretmanager.versions.access", request.name, name)
        found = google.access(_NOBODY, name, which)
    except Refused as refusal:
        context.abort(grpc.StatusCode[refusal.status], refusal.message)
    payload = found["payload"]
    return AccessSecretVersionResponse(
        name=found["name"],
        payload={"data": base64.b64decode(payload["data"]), "data_crc32c": int(payload["dataCrc32c"])},
    )


def _parts(resource: str) -> tuple[str, str, str]:
    match = _NAME.fullmatch(resource)
    if match is None:
        raise Refused(400, f"Invalid resource field value in the request: {resource}.")
    return match[1], match[2], match[3]
