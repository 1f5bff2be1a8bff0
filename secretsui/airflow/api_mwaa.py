"""The API of an Airflow that Amazon runs, reached through AWS with an identity of AWS and no credential of its own.

MWAA passes on paths of at most 64 characters: connections with a long id are read from the list, and deleted by a call
that names them in its body, which only Airflow 3 has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from secretsui.airflow import env_mwaa
from secretsui.airflow.api import BackendConfig
from secretsui.airflow.env_settings import settings_of
from secretsui.airflow.errors import (
    ApiError,
    BadAddress,
    Expired,
    Failed,
    Forbidden,
    ForeignAnswer,
    NotFound,
    Slow,
    Unreachable,
    Unsupported,
)
from secretsui.airflow.masks import told
from secretsui.airflow.rest_v1 import RestV1, path_of
from secretsui.cloud import errors as cloud
from secretsui.cloud.edge import ask
from secretsui.cloud.sessions import Identity
from secretsui.core.backends.source import Backend
from secretsui.core.sensitive import Hidden, Sensitive
from secretsui.core.versions import at_least

LONGEST_PATH: Final = 64
_NO_BACKEND: Final = Backend("")


@dataclass(frozen=True, slots=True)
class Environment:
    """What AWS says of an environment. `answer` has its options covered: `env_mwaa` reads the environment from it."""

    airflow: str
    status: str
    execution_role: str
    start_up_script: str  # as an s3:// address, "" where there is none
    start_up_script_version: str
    answer: Mapping[str, Any] = field(repr=False)

    @property
    def options(self) -> Mapping[str, Sensitive]:
        found: Mapping[str, Sensitive] = self.answer.get("AirflowConfigurationOptions") or {}
        return found


class ApiMwaa(RestV1):
    """An Airflow of either generation: the calls that are made here are the same in both, but for one."""

    def __init__(self, identity: Identity, environment: str) -> None:
        super().__init__(self._through_aws)
        self._identity, self._name = identity, environment
        self._environment: Environment | None = None
        self.calls = 0

    def environment(self) -> Environment:
        if self._environment is None:
            self._environment = _environment(self._ask("get_environment", {"Name": self._name})["Environment"])
        return self._environment

    def version(self) -> str:
        """Told by Airflow itself where AWS may not."""
        try:
            return self.environment().airflow
        except Forbidden:
            return super().version()

    def config(self) -> BackendConfig:
        """What MWAA sets and the options of the environment, which come before all that a start-up script sets."""
        environment = self.environment()
        settings = settings_of(env_mwaa.read(environment.answer), environment.airflow).settings
        backend, worker = settings.backend or _NO_BACKEND, settings.worker_backend or _NO_BACKEND
        tests = environment.options.get("core.test_connection")
        return BackendConfig(
            backend=backend.class_path,
            kwargs=backend.kwargs,
            worker_backend=worker.class_path,
            worker_kwargs=worker.kwargs,
            multi_team=settings.multi_team,
            test_connection=tests.reveal() if tests else "",
        )

    def can_name(self, kind: str, name: str) -> bool:
        return super().can_name(kind, name) and len(path_of(kind, name)) <= LONGEST_PATH

    def shown(self, value: str) -> Sensitive | Hidden:
        return told(value) if self._is_airflow_3() else super().shown(value)

    def forbidden(self) -> ApiError:
        """Who calls is known by then: AWS checked it."""
        return Forbidden(code="403")

    def hook_meta(self) -> Sequence[Mapping[str, Any]]:
        raise Unsupported("MWAA passes on no calls for the forms of connection types.")

    def _is_airflow_3(self) -> bool:
        return at_least(self.version(), "3")

    def delete_unnamed(self, kind: str, name: str, /) -> None:
        if not self._is_airflow_3():
            raise Unsupported(
                f"No call that MWAA passes on can name this id: a path has at most {LONGEST_PATH} characters, no slash."
            )
        action = {"action": "delete", "entities": [name], "action_on_non_existence": "fail"}
        done = self.ask("PATCH", f"/{kind}", body={"actions": [action]}).get("delete")
        if not isinstance(done, dict):
            raise ForeignAnswer
        if name not in done.get("success", ()):
            raise NotFound if '"status_code": 404' in json.dumps(done) else Failed

    def _through_aws(
        self, method: str, path: str, *, params: Mapping[str, str | int] | None = None, body: Any = None
    ) -> tuple[int, Any]:
        request = {"Name": self._name, "Path": path, "Method": method}
        answer = self._ask(
            "invoke_rest_api",
            {**request, "QueryParameters": params} if params else request,
            value=None if body is None else Sensitive(json.dumps(body)),
        )
        content: Sensitive | None = answer.get("RestApiResponse")
        return answer["RestApiStatusCode"], json.loads(content.reveal()) if content else None

    def _ask(self, operation: str, params: Mapping[str, Any], value: Sensitive | None = None) -> Mapping[str, Any]:
        self.calls += 1
        try:
            return ask(self._identity, operation, params, service="mwaa", value=value)
        except cloud.StoreError as failure:
            reason = _translated(failure, self._identity.region)
        raise reason


def _environment(found: Mapping[str, Any]) -> Environment:
    bucket, script = str(found.get("SourceBucketArn", "")).rpartition(":")[2], found.get("StartupScriptS3Path")
    return Environment(
        airflow=found.get("AirflowVersion", ""),
        status=found.get("Status", ""),
        execution_role=found.get("ExecutionRoleArn", ""),
        start_up_script=f"s3://{bucket}/{script}" if bucket and script else "",
        start_up_script_version=found.get("StartupScriptS3ObjectVersion", ""),
        answer=found,
    )


_KINDS: Final[Sequence[tuple[type[cloud.StoreError], type[ApiError]]]] = (
    (cloud.Denied, Forbidden),
    (cloud.Expired, Expired),
    (cloud.Throttled, Slow),
    (cloud.Unavailable, Unreachable),
)


def _translated(failure: cloud.StoreError, region: str) -> ApiError:
    if isinstance(failure, cloud.NotFound):
        return BadAddress(
            f"There is no MWAA environment of this name in {region}.",
            remedy="Check the name, the region and the account.",
            code=failure.code,
        )
    kind = next((ours for theirs, ours in _KINDS if isinstance(failure, theirs)), Failed)
    if isinstance(failure, cloud.Unavailable):
        kind = {"ReadTimeoutError": Slow, "ResponseParserError": ForeignAnswer, "": ForeignAnswer}.get(
            failure.code, kind
        )
    return kind(failure.sentence, remedy=failure.remedy, code=failure.code)
