"""Tells secretsui which connections and variables the environment of an Airflow process has. README.md: what is sent.

For Airflow 2.11 and 3.x. Put it into the folder `plugins`; the server then reports at its start and every hour. The
reporter of workers, `secretsui_reporter_dag.py`, uses this file, too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import sys
import threading
import urllib.error
import urllib.request
from importlib import metadata

from airflow import __version__ as airflow_version
from airflow.plugins_manager import AirflowPlugin

VERSION = 1
INTERVAL_SECONDS = 3600
SETTINGS = ("SECRETSUI_REPORT_URL", "SECRETSUI_REPORT_TOKEN", "SECRETSUI_REPORT_KEY")
CONNECTION, VARIABLE = "AIRFLOW_CONN_", "AIRFLOW_VAR_"
FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port")
MOST_KEYS = 64
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]{0,79}")
SERVERS = ("api-server", "webserver", "airflow.api_fastapi.main:app", "airflow.www.app:cached_app()")
# Arguments of the backends that Airflow and its providers bring along which hold no secret.
OPEN_KWARGS = {
    *("connections_prefix", "variables_prefix", "config_prefix", "sep", "extra_conn_words"),
    *("connections_lookup_pattern", "variables_lookup_pattern", "config_lookup_pattern"),
    *("connections_path", "variables_path", "config_path", "connections_file_path", "variables_file_path"),
    *("region_name", "profile_name", "role_arn", "shared_account", "connections_prefix_shared", "aws_region"),
    *("auth_type", "mount_point", "kv_engine_version", "use_team_secrets_path", "global_secrets_path"),
    *("project_id", "vault_url", "tenant_id", "client_id"),
}

log = logging.getLogger(__name__)


class Refused(RuntimeError):
    """secretsui did not take the report; the text says why, and nothing of the report."""


class NoDetour(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token along to wherever it leads."""

    def redirect_request(self, *_):
        return None


def post(process: str) -> None:
    """`process` is `worker` or `server`: which of the two environments of Airflow 3 this one is."""
    missing = [name for name in SETTINGS if not os.environ.get(name)]
    if missing:
        raise Refused(f"Nothing was reported to secretsui: {', '.join(missing)} must be set.")
    address, token, key = (os.environ[name] for name in SETTINGS)
    if not address.startswith(("https://", "http://")):
        raise Refused("Nothing was reported to secretsui: SECRETSUI_REPORT_URL is no address.")
    request = urllib.request.Request(
        address,
        data=json.dumps(report(process, key.encode())).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="POST",
    )
    try:
        urllib.request.build_opener(NoDetour).open(request, timeout=30).close()
    except urllib.error.HTTPError as refusal:
        raise Refused(f"secretsui refused the report with the status {refusal.code}.") from None
    except OSError as failure:
        raise Refused(f"secretsui could not be reached: {type(failure).__name__}.") from None
    log.info("secretsui has taken the report of this %s.", process)


def report(process: str, key: bytes) -> dict:
    dialect = _dialect(process)
    return {
        "version": VERSION,
        "process": "any" if dialect == "2.11" else process,
        "airflow": airflow_version,
        "dialect": dialect,
        "providers": _providers(),
        "key_id": _print("key-id", key)[:16],
        "names": {
            name: _entry(name, value, dialect, key) for name, value in sorted(os.environ.items()) if _counts(name)
        },
        "settings": _settings(),
    }


def _counts(name: str) -> bool:
    return name.startswith((CONNECTION, VARIABLE))


def _release() -> tuple:
    return tuple(int(number) for number in re.findall(r"\d+", airflow_version)[:2])


def _dialect(process: str) -> str:
    """Whose class reads a connection: tasks have one of their own from 3.2 on."""
    if _release() < (3,):
        return "2.11"
    return "3.3-sdk" if process == "worker" and _release() >= (3, 2) else "3.3"


def _providers() -> dict:
    found = {each.metadata["Name"]: each.version for each in metadata.distributions() if each.metadata["Name"]}
    return {name: found[name] for name in sorted(found) if name.startswith("apache-airflow-providers-")}


def _entry(name: str, value: str, dialect: str, key: bytes) -> dict:
    if name.startswith(VARIABLE):
        return {"use": "usable" if value else "empty", "places": {"text": _print(_variable(value), key)}}
    whole = {"text": _print(value, key)}
    if not value:
        return {"use": "empty", "places": whole}
    try:
        places = _places(_read(name[len(CONNECTION) :].lower(), value, dialect), value)
    except Exception:  # whatever it is, Airflow only logs it and asks the next layer
        return {"use": "broken", "places": whole}
    prints = {place: _print(text, key) if text else "" for place, text in places.items()}
    return {"use": "usable", "places": {**whole, **prints}}


def _variable(value: str) -> str:
    """Objects and lists in one spelling: an API or an exported file has them in another than was stored."""
    found = _json(value)
    return _as_json(found) if isinstance(found, (dict, list)) else value


def _read(conn_id: str, value: str, dialect: str):
    """As the environment's backend does, with the class that its process gives it."""
    from airflow.secrets.environment_variables import EnvironmentVariablesBackend

    if dialect == "3.3-sdk":
        from airflow.sdk import Connection
    else:
        from airflow.models.connection import Connection
    backend = EnvironmentVariablesBackend()
    if hasattr(backend, "_set_connection_class"):
        backend._set_connection_class(Connection)
    conn = backend.deserialize_connection(conn_id=conn_id, value=value)
    conn.get_uri()  # as Airflow spells it for its cache; where it cannot, the next layer has its turn
    return conn


def _places(conn, value: str) -> dict:
    found = {name: _canonical(name, getattr(conn, name)) for name in FIELDS}
    set_fields = {name: text for name, text in found.items() if text is not None}
    # A piece of a password may look like a parameter of a URI, so keys are only named where they surely are keys.
    names_keys = value.strip().startswith("{") or "__extra__=" in value
    return {**set_fields, **_extra(conn.extra, names_keys)} or {"conn_type": ""}


def _canonical(name: str, value):
    """None for what is nothing to a hook; text as it is, and any other value such that it cannot be taken for text."""
    if value is None or value == "" or (name in ("login", "password") and not value):
        return None
    if name == "port" and type(value) is int:
        return str(value)
    return _escaped(value) if isinstance(value, str) and name != "port" else "\0" + _as_json(value)


def _escaped(text: str) -> str:
    return "\0" + text if text.startswith("\0") else text


def _as_json(value) -> str:
    return json.dumps(value, sort_keys=True)


def _json(text):
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None


def _extra(extra, names_keys: bool) -> dict:
    if not extra:
        return {}
    found = _json(extra)
    if not isinstance(found, dict):
        return {"extra": _escaped(extra) if isinstance(extra, str) else "\0" + _as_json(extra)}
    if not found:
        return {}
    can_name = names_keys and len(found) <= MOST_KEYS and all(KEY.fullmatch(key) for key in found)
    keys = {"extra." + key: _as_json(value) for key, value in found.items()} if can_name else {}
    return {"extra": _as_json(found), **keys}


def _print(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def _settings() -> dict:
    from airflow.configuration import conf

    found = {"multi_team": conf.getboolean("core", "multi_team", fallback=False)}
    found["test_connection"] = conf.get("core", "test_connection", fallback="")
    for prefix, section, option in (("", "secrets", "backend"), ("worker_", "workers", "secrets_backend")):
        kwargs = _kwargs(conf, section, option)
        found[f"{prefix}backend"] = conf.get(section, option, fallback="") or ""
        found[f"{prefix}kwargs"] = {name: value for name, value in kwargs.items() if _is_open(name, value)}
        found[f"{prefix}kwarg_names"] = sorted(kwargs)
    return found


def _kwargs(conf, section: str, option: str) -> dict:
    try:
        given = json.loads(conf.get(section, f"{option}_kwargs", fallback="") or "{}")
    except ValueError:  # of which Airflow only warns
        given = {}
    start = f"AIRFLOW__{section}__{option}_KWARG__".upper()
    names = [name for name in os.environ if name.startswith(start) and name != start]
    single = {name[len(start) :].lower(): os.environ[name] for name in names} if _release() >= (3, 3) else {}
    return {**(given if isinstance(given, dict) else {}), **single}


def _is_open(name: str, value) -> bool:
    """An address may bring a password along."""
    return name in OPEN_KWARGS and "@" not in str(value)


def _is_server() -> bool:
    return any(word in SERVERS for word in sys.argv)


def _report_for_ever() -> None:
    while True:
        try:
            post("server")
        except Refused as refusal:
            log.warning("%s", refusal)
        except Exception as failure:
            log.warning("The report to secretsui failed: %s.", type(failure).__name__)
        threading.Event().wait(INTERVAL_SECONDS)


class SecretsuiReporter(AirflowPlugin):
    name = "secretsui_reporter"

    @classmethod
    def on_load(cls, *_, **__) -> None:
        """Every process of Airflow loads its plugins; the server alone has the environment that is meant here."""
        if _is_server() and os.environ.get(SETTINGS[0]):
            threading.Thread(target=_report_for_ever, name="secretsui-reporter", daemon=True).start()
