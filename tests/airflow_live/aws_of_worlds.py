"""A sample AWS with the secrets and parameters of many settings, each in the account of its own."""

from __future__ import annotations

import contextlib
import io
import json
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from moto.backends import get_backend

from secretsui.demo import mended_moto
from tests.airflow_live.worlds import Setting
from tests.aws_server import access_key

NOBODY = "000000000000"
_ARN = re.compile(r"arn:aws:secretsmanager:([^:]*):([^:]*):secret:(.*)", re.DOTALL)
_CREDENTIAL = re.compile(r"AKIA(\d{12})[A-Z]{4}/[^/]*/([^/]*)/secretsmanager/")
_KEY = re.compile(r"AKIA\d{12}[A-Z]{4}")


class Policies:
    """Who asks by an ARN is answered by its account; `denied` are the ARNs that nobody may read."""

    def __init__(self, app: Callable[..., Iterable[bytes]], denied: Collection[str]) -> None:
        self.app, self.denied = app, denied

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        secret = json.loads(body or b"{}").get("SecretId", "")
        credential = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        if asked := _ARN.fullmatch(secret):
            account = asked[2] if re.fullmatch(r"\d{12}", asked[2]) else NOBODY
            environ["HTTP_AUTHORIZATION"] = _KEY.sub(access_key(account), environ["HTTP_AUTHORIZATION"])
        elif credential:
            secret = arn_of(secret, credential[1], credential[2])
        return refusal(start_response) if secret in self.denied else self.app(environ, start_response)


def arn_of(name: str, account: str, region: str) -> str:
    return name if _ARN.fullmatch(name) else f"arn:aws:secretsmanager:{region}:{account}:secret:{name}"


def refusal(start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1")])
    return [json.dumps({"__type": "AccessDeniedException", "message": "No policy allows it."}).encode()]


@contextlib.contextmanager
def serving(settings: Sequence[Setting]) -> Iterator[str]:
    """Its address."""
    mended_moto.reset()
    denied = {arn for setting in settings for arn in denied_in(setting)}
    server = mended_moto.serve(app=Policies(mended_moto.application(), denied))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        for setting in settings:
            fill(setting)
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        mended_moto.reset()


def denied_in(setting: Setting) -> Iterator[str]:
    for name, entry in setting.secrets.items():
        if isinstance(entry, dict) and "error" in entry:
            yield arn_of(name, setting.account, setting.region)


def fill(setting: Setting) -> None:
    for name, entry in setting.secrets.items():
        arn = _ARN.fullmatch(name)
        region, account, plain = arn.groups() if arn else (setting.region, setting.account, name)
        create(plain, entry if isinstance(entry, dict) else {"value": entry}, account, region)
    for name, value in setting.parameters.items():
        get_backend("ssm")[setting.account][setting.region].put_parameter(
            name=name,
            description="",
            value=value,
            parameter_type="String",
            allowed_pattern="",
            keyid="",
            overwrite=False,
            tags=[],
            data_type="text",
            tier="Advanced",
            policies=None,
        )


def create(name: str, entry: Mapping[str, Any], account: str, region: str) -> None:
    value = entry["value"].encode() if entry.get("binary") else entry["value"]
    mended_moto.create(name, value, account=account, region=region)
    if entry.get("deleted"):
        mended_moto.backend(account, region).delete_secret(name, None, False)
