"""moto, mended so that it behaves as AWS documents; served for the sample data and for the tests.

Each replacement is a small function in `mended_secrets`, `mended_lists`, `mended_parameters` or `mended_access`, and
its docstring is the documented behaviour that it restores. The rest of moto stays as published.
"""

from __future__ import annotations

import base64
import json
import math
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.iam import models as iam
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.secretsmanager import models, responses
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse
from moto.sts.models import STSBackend
from werkzeug.serving import BaseWSGIServer, make_server

from secretsui.demo import mended_access, mended_lists, mended_parameters, mended_secrets

DEFAULT_REGION: Final = "eu-west-1"
_MENDS: Final[dict[Any, tuple[Any, ...]]] = {
    models.SecretsManagerBackend: (*mended_secrets.BACKEND, *mended_lists.BACKEND),
    models.FakeSecret: mended_secrets.SECRET,
    responses.SecretsManagerResponse: (*mended_access.RESPONSE, *mended_lists.RESPONSE),
    SimpleSystemManagerBackend: mended_parameters.BACKEND,
    SimpleSystemManagerResponse: mended_parameters.RESPONSE,
    STSBackend: mended_access.STS,
    iam: mended_access.IAM,
}
_serving = threading.Lock()


def mend() -> None:
    """Puts every replacement in its place; a second call changes nothing."""
    for owner, functions in _MENDS.items():
        for function in functions:
            setattr(owner, function.__name__, function)
    for name, function in mended_lists.STORE.items():
        setattr(models.SecretsStore, name, function)
    current = property(mended_secrets.current_version_id, mended_secrets.ignore_current_version_id)
    setattr(models.FakeSecret, "default_version_id", current)  # noqa: B010 - an instance attribute in moto


def backend(account_id: str, region: str = DEFAULT_REGION) -> Any:
    """The Secrets Manager of one account and region, to seed or look into without HTTP."""
    return secretsmanager_backends[account_id][region]


def reset() -> None:
    """Empties every account; the rules of access are off again."""
    moto_api_backend.reset()
    mended_access.enforce_after(math.inf)


def enforce_iam() -> None:
    """From here on every call needs known keys and a policy that allows it; `reset` ends this."""
    mended_access.enforce_after(0)


def create(
    name: str,
    value: str | bytes | None,
    *,
    account: str,
    region: str = DEFAULT_REGION,
    description: str = "",
    tags: Mapping[str, str] | None = None,
    kms_key_id: str = "",
) -> str:
    """Creates one secret without HTTP; its version id, "" without a value."""
    binary = base64.b64encode(value).decode() if isinstance(value, bytes) else None
    answer = backend(account, region).create_secret(
        name,
        secret_string=value if isinstance(value, str) else None,
        secret_binary=binary,
        description=description,
        tags=[{"Key": key, "Value": text} for key, text in (tags or {}).items()],
        kms_key_id=kms_key_id or None,
        client_request_token=None,
        replica_regions=[],
        force_overwrite=False,
    )
    return str(json.loads(answer).get("VersionId", ""))


def application(seed: Callable[[], None] | None = None) -> Callable[..., Any]:
    """The WSGI application: the real AWS protocols in front of mended backends, which `seed` may fill first."""
    mend()
    if seed is not None:
        seed()
    return DomainDispatcherApplication(create_backend_app)


class QuietHandler(MotoRequestHandler):
    """Keeps connections open between calls and logs nothing: a request line is no news here."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body leave as two writes; together they would wait for an ACK

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's own signature
        pass


def serve(
    port: int = 0,
    host: str = "127.0.0.1",
    *,
    app: Callable[..., Any] | None = None,
    seed: Callable[[], None] | None = None,
) -> BaseWSGIServer:
    """A bound server with a thread per connection; call its `serve_forever`, and `shutdown` from another thread."""
    with _serving:
        server = make_server(host, port, app or application(seed), threaded=True, request_handler=QuietHandler)
    setattr(server, "daemon_threads", True)  # noqa: B010 - of the threaded kind, which the stub does not know
    return server
