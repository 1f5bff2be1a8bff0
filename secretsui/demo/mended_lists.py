"""Finding, listing and batch reading as AWS documents them, at a speed that leaves the client to be measured."""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    SecretNotFoundException,
    SecretsManagerClientError,
    ValidationException,
)
from moto.secretsmanager.models import ReplicaSecret, _filter_functions

from secretsui.demo.mended_access import item_denial
from secretsui.demo.mended_secrets import find

MAX_BATCH: Final = 20
MAX_PAGE: Final = 100
_SUFFIX: Final = re.compile(r"-[A-Za-z0-9]{6}$")
_sequence = itertools.count(1)


def _lookup(store: Any, key: str) -> Any:
    """By name, full ARN or ARN without its random end; one look instead of a walk over every secret."""
    found = dict.get(store, key)
    if found is not None:
        return found
    if key.startswith("arn:"):
        by_arn = dict.get(store, _name_in(key))
        if by_arn is not None and by_arn.arn == key:
            return by_arn
        return dict.get(store, key.split(":", 6)[-1])
    # Replicas are filed under their ARN.
    return next((dict.get(store, arn) for arn in getattr(store, "replicas", ()) if _name_in(arn) == key), None)


def _name_in(arn: str) -> str:
    return _SUFFIX.sub("", arn.split(":", 6)[-1])


def file(self: Any, key: str, value: Any) -> None:
    if isinstance(value, ReplicaSecret):
        vars(self).setdefault("replicas", set()).add(key)
    dict.__setitem__(self, key, value)


def item(self: Any, key: str) -> Any:
    found = _lookup(self, key)
    if found is None:
        raise KeyError(key)
    return found


def contains(self: Any, key: str) -> bool:
    return _lookup(self, key) is not None


def get(self: Any, key: str, default: Any = None) -> Any:
    found = _lookup(self, key)
    return default if found is None else found


def pop(self: Any, key: str, default: Any = None) -> Any:
    found = _lookup(self, key)
    return default if found is None else dict.pop(self, found.name if found.name in dict.keys(self) else found.arn)


def _name_matches(name: str, values: Sequence[str]) -> bool:
    """A case-sensitive prefix match: any of the plain values, and none of those that begin with an exclamation mark."""
    wanted = tuple(value for value in values if not value.startswith("!"))
    unwanted = tuple(value[1:] for value in values if value.startswith("!"))
    return (not wanted or name.startswith(wanted)) and not name.startswith(unwanted)


def _test(filters: Sequence[Mapping[str, Any]]) -> Callable[[Any], bool]:
    names = [each["Values"] for each in filters if each["Key"] == "name"]
    others = [(_filter_functions[each["Key"]], each["Values"]) for each in filters if each["Key"] != "name"]

    def passes(secret: Any) -> bool:
        return all(_name_matches(secret.name, values) for values in names) and all(
            function(secret, values) for function, values in others
        )

    return passes


def _place(secret: Any) -> int:
    """Where the secret stands in a list: in the order of creation, so that no deletion between pages skips another."""
    if not hasattr(secret, "place"):
        secret.place = next(_sequence)
    return int(secret.place)


def _selected(store: Any, filters: Sequence[Mapping[str, Any]], token: str | None, deleted: bool) -> Iterator[Any]:
    passes, after = _test(filters), _after(token)
    for secret in dict.values(store):
        if _place(secret) > after and (deleted or not secret.is_deleted()) and passes(secret):
            yield secret


def _after(token: str | None) -> int:
    try:
        return int(base64.urlsafe_b64decode(token or "MA=="))
    except ValueError:
        raise SecretsManagerClientError("InvalidNextTokenException", "The NextToken value is invalid.") from None


def _page(found: Iterator[Any], size: int) -> tuple[list[Any], str | None]:
    page = list(itertools.islice(found, size + 1))
    more = len(page) > size
    token = base64.urlsafe_b64encode(str(_place(page[size - 1])).encode()).decode() if more else None
    return page[:size], token


def check_page_size(size: int | None, largest: int) -> None:
    if size is not None and not 1 <= size <= largest:
        raise ValidationException(
            f"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: "
            f"Member must have value between 1 and {largest}"
        )


def list_secrets(
    self: Any,
    filters: Sequence[Mapping[str, Any]],
    max_results: int | None = None,
    next_token: str | None = None,
    include_planned_deletion: bool = False,
) -> tuple[list[dict[str, Any]], str | None]:
    """At most 100 at a time; secrets in their recovery window only when asked, with the date deletion was asked for."""
    check_page_size(max_results, MAX_PAGE)
    found = _selected(self.secrets, filters, next_token, bool(include_planned_deletion))
    page, token = _page(found, max_results or MAX_PAGE)
    return [_list_entry(secret) for secret in page], token


def _list_entry(secret: Any) -> dict[str, Any]:
    entry: dict[str, Any] = secret.to_dict()
    entry.pop("VersionIdsToStages", None)
    if entry.get("DeletedDate"):
        entry["DeletedDate"] = getattr(secret, "deletion_asked", entry["DeletedDate"])
    return entry


def batch_get_secret_value(self: Any) -> str:
    """At most 20; what cannot be read, for whatever reason, is an entry in Errors and spoils none of the others."""
    ids = self._get_param("SecretIdList", if_none=[])
    filters = self._get_param("Filters", if_none=[])
    size = self._get_int_param("MaxResults")
    _check_batch(ids, filters, size)
    token = None
    if filters:
        found = _selected(self.backend.secrets, filters, self._get_param("NextToken"), False)
        page, token = _page(found, size or MAX_BATCH)
        ids = [secret.arn for secret in page]
    values: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for secret_id in ids:
        value, error = _read_one(self, secret_id)
        if error is None:
            values.append(value)
        else:
            errors.append({"SecretId": secret_id, "ErrorCode": error.error_type, "Message": error.message})
    return json.dumps({"SecretValues": values, "Errors": errors, **({"NextToken": token} if token else {})})


def _check_batch(ids: Sequence[str], filters: Sequence[Mapping[str, Any]], size: int | None) -> None:
    check_page_size(size, MAX_BATCH)
    if bool(ids) == bool(filters):
        raise InvalidParameterException("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
    if size and not filters:
        raise InvalidParameterException("'Filters' must also be specified when 'MaxResults' is provided.")
    if len(ids) > MAX_BATCH:
        raise ValidationException(
            "1 validation error detected: Value at 'secretIdList' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAX_BATCH}"
        )


def _read_one(self: Any, secret_id: str) -> tuple[dict[str, Any], Any]:
    denial = item_denial(self, "GetSecretValue", secret_id)
    if denial is not None:
        return {}, denial
    try:
        return self.backend.get_secret_value(secret_id, None, None), None
    except SecretNotFoundException as absent:
        return {}, absent
    except SecretsManagerClientError as refused:
        return {}, refused


def list_secret_version_ids(self: Any) -> str:
    """Pages of at most 100; versions without a label only with IncludeDeprecated."""
    secret = find(self.backend, self._get_param("SecretId", if_none=""))
    size = self._get_int_param("MaxResults") or MAX_PAGE
    check_page_size(size, MAX_PAGE)
    start = int(self._get_param("NextToken") or 0)
    deprecated = self._get_bool_param("IncludeDeprecated", if_none=False)
    known = [version for version in secret.versions.values() if version["version_stages"] or deprecated]
    page = {
        "ARN": secret.arn,
        "Name": secret.name,
        "Versions": [_version_entry(version) for version in known[start : start + size]],
    }
    return json.dumps(page | ({"NextToken": str(start + size)} if start + size < len(known) else {}))


def _version_entry(version: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "VersionId": version["version_id"],
        "VersionStages": version["version_stages"],
        "CreatedDate": version["createdate"],
        "LastAccessedDate": version.get("accessed"),
        **({"KmsKeyIds": version["kms_key_ids"]} if "kms_key_ids" in version else {}),
    }


STORE: Final = {"__getitem__": item, "__setitem__": file, "__contains__": contains, "get": get, "pop": pop}
BACKEND: Final = (list_secrets,)
RESPONSE: Final = (batch_get_secret_value, list_secret_version_ids)
