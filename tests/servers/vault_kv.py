"""The two versions of Vault's key-value engine, as its API description has them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

MAX_ENTRY = 1_048_576  # what integrated storage takes
KEPT = 10  # versions, where nobody said otherwise
MAX_PAIRS, MAX_KEY, MAX_VALUE = 64, 128, 512
VERSIONED = (
    "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. "
    "If using the Vault CLI, use 'vault kv get' for this operation."
)
MISSING = "missing"


class Refused(Exception):
    """An answer with a status of 400 or more: Vault's `errors`, or a body that is told all the same."""

    def __init__(self, status: int, *errors: str, body: Mapping[str, Any] | None = None) -> None:
        self.status = status
        self.body = body if body is not None else {"errors": list(errors)}
        super().__init__(status)


def nothing(**more: Any) -> Refused:
    return Refused(404, body={"errors": []} if not more else {"data": None, **more})


Answer = Mapping[str, Any] | None  # of `data`; None for 204


def stored(data: Any) -> bytes:
    """As it goes to storage, if that takes it."""
    raw = json.dumps(data, ensure_ascii=False).encode()
    if len(raw) > MAX_ENTRY:
        raise Refused(500, f"put failed due to value being too large; got {len(raw)} bytes, max: {MAX_ENTRY} bytes")
    return raw


def listed(names: Iterable[str], folder: str) -> Answer:
    """One level: what lies in folders is told by the folder alone, with a slash."""
    rests = {name.removeprefix(folder) for name in names if name.startswith(folder)}
    keys = {rest.partition("/")[0] + rest.partition("/")[1] for rest in rests if rest}
    if not keys:
        raise nothing()
    return {"keys": sorted(keys)}


class Plain:
    version = 1

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.lock = threading.RLock()

    def capability(self, method: str, path: str) -> str:
        ways = {"GET": "read", "LIST": "list", "DELETE": "delete"}
        return ways.get(method) or ("update" if path in self.objects else "create")

    def handle(self, method: str, path: str, _query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        with self.lock:
            if method == "LIST":
                return listed(self.objects, path)
            if method == "GET":
                if path not in self.objects:
                    raise nothing()
                found: dict[str, Any] = json.loads(self.objects[path])
                return found
            if method == "DELETE":
                self.objects.pop(path, None)
                return None
            if method not in ("POST", "PUT"):
                raise Refused(405, "1 error occurred:\n\t* unsupported operation\n\n")
            if not path or not body:
                raise Refused(400, "missing data fields" if path else "missing path")
            self.objects[path] = stored(body)
            return None


@dataclass
class Kept:
    """One version."""

    created: str
    data: bytes | None
    deletion: str = ""
    destroyed: bool = False

    @property
    def deleted(self) -> bool:
        return bool(self.deletion) and datetime.fromisoformat(self.deletion) <= datetime.now(UTC)

    def told(self) -> dict[str, Any]:
        return {"created_time": self.created, "deletion_time": self.deletion, "destroyed": self.destroyed}


@dataclass
class Key:
    created: str
    updated: str = ""
    current: int = 0
    oldest: int = 0
    versions: dict[int, Kept] = field(default_factory=dict)
    custom: dict[str, str] | None = None
    max_versions: int = 0
    cas_required: bool = False
    delete_after: int = 0

    def told(self, number: int) -> dict[str, Any]:
        return {**self.versions[number].told(), "version": number, "custom_metadata": self.custom}


def now(after: int = 0) -> str:
    """With nanoseconds, as Go writes them."""
    return (datetime.now(UTC) + timedelta(seconds=after)).isoformat(timespec="microseconds").replace("+00:00", "789Z")


class Versioned:
    version = 2

    def __init__(self) -> None:
        self.keys: dict[str, Key] = {}
        self.max_versions = 0
        self.cas_required = False
        self.delete_after = 0
        self.lock = threading.RLock()

    def capability(self, method: str, path: str) -> str:
        part, _, name = path.partition("/")
        ways = {"GET": "read", "LIST": "list", "DELETE": "delete", "PATCH": "patch"}
        if method in ways:
            return ways[method]
        makes = part in ("data", "metadata") and name not in self.keys
        return "create" if makes else "update"

    def handle(self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        part, slash, name = path.partition("/")
        ways: Mapping[tuple[str, str], Callable[[], Answer]] = {
            ("LIST", "metadata"): lambda: listed(self.keys, name),
            ("GET", "metadata"): lambda: self._metadata(self._key(name)),
            ("POST", "metadata"): lambda: self._write_metadata(name, body),
            ("DELETE", "metadata"): lambda: self._forget(name),
            ("GET", "data"): lambda: self._read(name, query),
            ("POST", "data"): lambda: self._write(name, body),
            ("DELETE", "data"): lambda: self._delete_latest(name),
            ("POST", "delete"): lambda: self._each(name, body, self._delete),
            ("POST", "undelete"): lambda: self._each(name, body, self._undelete),
            ("POST", "destroy"): lambda: self._each(name, body, _destroy),
        }
        with self.lock:
            if not slash or part not in {known for _, known in ways}:
                raise nothing(warnings=[VERSIONED])
            way = ways.get(("POST" if method == "PUT" else method, part))
            if way is None:
                raise Refused(405, "1 error occurred:\n\t* unsupported operation\n\n")
            if not name and method != "LIST":
                raise Refused(404, "1 error occurred:\n\t* unsupported path\n\n")
            return way()

    def _key(self, name: str) -> Key:
        if name not in self.keys:
            raise nothing()
        return self.keys[name]

    def _metadata(self, key: Key) -> Answer:
        return {
            "cas_required": key.cas_required,
            "created_time": key.created,
            "updated_time": key.updated or key.created,
            "current_version": key.current,
            "oldest_version": key.oldest,
            "max_versions": key.max_versions,
            "delete_version_after": f"{key.delete_after}s",
            "custom_metadata": key.custom,
            "versions": {str(number): each.told() for number, each in key.versions.items()},
        }

    def _write_metadata(self, name: str, body: Mapping[str, Any]) -> Answer:
        known = {"max_versions", "cas_required", "delete_version_after", "custom_metadata"} & body.keys()
        if not known:
            return None
        custom = body.get("custom_metadata")
        if custom is not None:
            _check_custom(custom)
        key = self.keys.setdefault(name, Key(now()))
        key.custom = custom if custom is not None else key.custom
        key.max_versions = body.get("max_versions", key.max_versions)
        key.cas_required = body.get("cas_required", key.cas_required)
        key.delete_after = _seconds(body.get("delete_version_after", key.delete_after))
        key.updated = now()
        return None

    def _forget(self, name: str) -> Answer:
        self.keys.pop(name, None)
        return None

    def _read(self, name: str, query: Mapping[str, str]) -> Answer:
        key = self._key(name)
        asked = query.get("version", "0")
        if not asked.lstrip("-").isdigit():
            raise Refused(400, f'Field validation failed: error converting input {asked} for field "version"')
        number = int(asked) if int(asked) > 0 else key.current
        found = key.versions.get(number)
        if found is None:
            raise nothing()
        if found.destroyed or found.deleted:
            raise Refused(404, body={"data": {"data": None, "metadata": key.told(number)}})
        return {"data": json.loads(found.data or b"null"), "metadata": key.told(number)}

    def _write(self, name: str, body: Mapping[str, Any]) -> Answer:
        if not isinstance(body.get("data"), dict):
            raise Refused(400, "no data provided")
        key = self.keys.get(name) or Key(now())
        self._check_and_set(body.get("options") or {}, key)
        data = stored(body["data"])
        self.keys[name] = key
        key.current += 1
        limits = [each for each in (self.delete_after, key.delete_after) if each]
        key.versions[key.current] = Kept(now(), data, now(min(limits)) if limits else "")
        key.updated = key.versions[key.current].created
        self._drop_old(key)
        return key.told(key.current)

    def _check_and_set(self, options: Mapping[str, Any], key: Key) -> None:
        if "cas" not in options:
            if self.cas_required or key.cas_required:
                raise Refused(400, "check-and-set parameter required for this call")
            return
        try:
            wanted = int(options["cas"])
        except (TypeError, ValueError):
            raise Refused(400, "error parsing check-and-set parameter") from None
        if wanted != key.current:
            raise Refused(400, "check-and-set parameter did not match the current version")

    def _drop_old(self, key: Key) -> None:
        kept = key.max_versions or self.max_versions or KEPT
        for number in [each for each in key.versions if each <= key.current - kept]:
            del key.versions[number]
            key.oldest = number + 1

    def _delete_latest(self, name: str) -> Answer:
        key = self.keys.get(name)
        if key is not None and key.current in key.versions:
            self._delete(key, key.versions[key.current])
        return None

    def _each(self, name: str, body: Mapping[str, Any], change: Callable[[Key, Kept], None]) -> Answer:
        numbers = body.get("versions")
        if not isinstance(numbers, list) or not numbers:
            raise Refused(400, "No version number provided")
        key = self.keys.get(name)
        for number in numbers if key is not None else ():
            if key is not None and (found := key.versions.get(int(number))) is not None and not found.destroyed:
                change(key, found)
        return None

    def _delete(self, _key: Key, version: Kept) -> None:
        if not version.destroyed and not version.deleted:
            version.deletion = now()

    def _undelete(self, key: Key, version: Kept) -> None:
        limits = [each for each in (self.delete_after, key.delete_after) if each]
        version.deletion = now(min(limits)) if limits else ""


def _seconds(duration: Any) -> int:
    """Of a number, or of a duration as Go writes it: 3h25m19s."""
    if isinstance(duration, int):
        return duration
    parts = re.findall(r"(\d+)([hms])", duration)
    if "".join(number + unit for number, unit in parts) != duration:
        raise Refused(400, f"Field validation failed: time: invalid duration {json.dumps(duration)}")
    return sum(int(number) * {"h": 3600, "m": 60, "s": 1}[unit] for number, unit in parts)


def _destroy(_key: Key, version: Kept) -> None:
    version.destroyed, version.data = True, None


def _check_custom(custom: Any) -> None:
    start = "custom_metadata validation failed"
    if not isinstance(custom, dict) or not all(isinstance(each, str) for each in custom.values()):
        raise Refused(400, f"{start}: expected a map of texts")
    if len(custom) > MAX_PAIRS:
        raise Refused(400, f"{start}: payload must contain at most {MAX_PAIRS} keys, provided {len(custom)}")
    wrong = [
        f"{start}: length of key {key!r} is out of range"
        for key, text in custom.items()
        if not 0 < len(key.encode()) <= MAX_KEY or not 0 < len(text.encode()) <= MAX_VALUE
    ]
    wrong += [
        f"{start}: key {key!r} contains unprintable characters"
        for key, text in custom.items()
        if not (key.isprintable() and text.isprintable())
    ]
    if wrong:
        raise Refused(400, f"{len(wrong)} error occurred:\n\t* " + "\n\t* ".join(wrong))
