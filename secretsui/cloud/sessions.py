"""Identities and their SDK clients: made once per identity, shared by threads, renewed before they expire."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from secretsui.cloud.errors import Expired

if TYPE_CHECKING:
    from botocore.session import Session

SESSION_NAME: Final = "secretsui"
# At DEBUG the SDK writes requests and answers, and so the values in them, to the log.
_LOUDEST_SDK_LEVEL: Final = logging.WARNING


@dataclass(frozen=True, slots=True)
class Tuning:
    """How patiently the service is asked. `attempts` gives way to AWS_MAX_ATTEMPTS and the profile's max_attempts."""

    connect_seconds: float = 3.0
    read_seconds: float = 10.0
    attempts: int = 4
    connections: int = 12


@dataclass(frozen=True, slots=True)
class Identity:
    """With which credentials, in which region, at which address. All of it is configuration, nothing a secret.

    `role_chain` holds (role ARN, external id), assumed one after the other from the profile's identity, or from the
    ambient one where there is no profile. `account_id` is the account that this should lead to, "" for any.
    """

    region: str
    profile: str = ""
    role_chain: tuple[tuple[str, str], ...] = ()
    endpoint_url: str = ""
    account_id: str = ""
    tuning: Tuning = field(default_factory=Tuning)

    def endpoint(self, service: str) -> str | None:
        """The address to use for `service`. An AWS address (say of a VPC endpoint) serves only the one it names."""
        host = urlsplit(self.endpoint_url).hostname or ""
        of_aws = host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws"))
        return None if not self.endpoint_url or (of_aws and service not in host.split(".")) else self.endpoint_url


class _Kept:
    """A credential provider that has its answer already."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Any:
        return self._credentials


_lock: Final = threading.RLock()
_sessions: Final[dict[tuple[object, ...], Session]] = {}
_clients: Final[dict[tuple[Identity, str], Any]] = {}
_shared: Final[dict[str, Any]] = {}


def client(identity: Identity, service: str = "secretsmanager") -> Any:
    """The one client of this identity for this service; threads may share it."""
    known = _clients.get((identity, service))
    if known is not None:
        return known
    with _lock:
        if (identity, service) not in _clients:
            _quiet()
            _clients[identity, service] = _create(_session(identity, identity.role_chain), identity, service)
        return _clients[identity, service]


def forget(identity: Identity) -> None:
    """The next client of this identity reads its credentials anew: they were refused, and may have been renewed."""
    with _lock:
        for key in [key for key in _clients if key[0] == identity]:
            del _clients[key]
        for length in range(len(identity.role_chain) + 1):
            _sessions.pop(_session_key(identity, identity.role_chain[:length]), None)


def forget_all() -> None:
    with _lock:
        _clients.clear()
        _sessions.clear()


def _quiet() -> None:
    """Whatever the level of the root logger is or becomes."""
    logger = logging.getLogger("botocore")
    logger.setLevel(max(logger.level, _LOUDEST_SDK_LEVEL))


def _session_key(identity: Identity, chain: tuple[tuple[str, str], ...]) -> tuple[object, ...]:
    """What the credentials depend on; regions and services share them."""
    return (identity.profile, chain, identity.endpoint("sts") if chain else "")


def _session(identity: Identity, chain: tuple[tuple[str, str], ...]) -> Session:
    key = _session_key(identity, chain)
    if key not in _sessions:
        session = _new_session(identity.profile)
        if chain:
            session.register_component("credential_provider", _Kept(_assumed(identity, chain)))
        _sessions[key] = session
    return _sessions[key]


def _new_session(profile: str) -> Session:
    from botocore.session import Session

    session = Session(profile=profile or None)
    # Service descriptions are the largest part of a session; one copy serves all.
    loader = _shared.setdefault("loader", session.get_component("data_loader"))
    session.register_component("data_loader", loader)
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    return session


def _moment(value: Any) -> datetime:
    """The SDK's own way by the machine's zone takes half of the time that it spends on a page of a listing."""
    from botocore.utils import parse_timestamp

    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else parse_timestamp(value)


def _assumed(identity: Identity, chain: tuple[tuple[str, str], ...]) -> Any:
    """Credentials of the last role in `chain`, fetched at first use and renewed from 15 minutes before they expire."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

    *before, (role_arn, external_id) = chain
    source = _session(identity, tuple(before))
    credentials = source.get_credentials()
    if credentials is None:
        raise Expired(
            "The server has no AWS credentials from which to assume a role.",
            remedy="Give the server an identity: a role of its machine or task, a profile, or AWS_ variables.",
            code="NoCredentials",
            action="sts:AssumeRole",
            arn=role_arn,
        )
    extra = {"RoleSessionName": SESSION_NAME} | ({"ExternalId": external_id} if external_id else {})
    fetcher = AssumeRoleCredentialFetcher(_sts_creator(source, identity), credentials, role_arn, extra_args=extra)
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def _sts_creator(session: Session, identity: Identity) -> Callable[..., Any]:
    def create(service: str, **keys: Any) -> Any:
        with _lock:
            return _create(session, identity, service, **keys)

    return create


def _create(session: Session, identity: Identity, service: str, **keys: Any) -> Any:
    from botocore.config import Config

    tuning = identity.tuning
    retries: dict[str, Any] = {"mode": "adaptive"}
    if session.get_config_variable("max_attempts") is None:
        retries["total_max_attempts"] = tuning.attempts
    endpoint_url = identity.endpoint(service)
    config = Config(
        connect_timeout=tuning.connect_seconds,
        read_timeout=tuning.read_seconds,
        max_pool_connections=tuning.connections,
        retries=retries,  # type: ignore[arg-type]
        user_agent_extra=SESSION_NAME,
        # Before an own address the parts of the host that name a service lead nowhere.
        inject_host_prefix=endpoint_url is None,
    )
    return session.create_client(
        service,
        region_name=identity.region,
        endpoint_url=endpoint_url,
        config=config,
        **keys,
    )
