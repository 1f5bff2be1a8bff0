"""Random worlds to look a connection or a variable up in, the same for the same seed.

A setting is what a process has for long: a backend, its kwargs, and an AWS account that no other setting has, so that
their secrets keep apart. Its worlds differ in what may change from one lookup to the next.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from tests.airflow_live.cases import Maker
from tests.aws_server import access_key

Case = dict[str, Any]

SECRETS_MANAGER = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
PARAMETER_STORE = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
SHARED = "airflow_aws_shared_secrets.secret_manager.SharedSecretsManagerBackend"
DEFAULTS = [
    "airflow.secrets.environment_variables.EnvironmentVariablesBackend",
    "airflow.secrets.metastore.MetastoreBackend",
]
UNKNOWN = "company.secrets.Backend"
BACKENDS = [*[SECRETS_MANAGER] * 9, *[PARAMETER_STORE] * 6, *[SHARED] * 5, "", "", *DEFAULTS, UNKNOWN]
HOME, AWAY = "eu-west-1", "us-east-1"
SHARED_HOME = "eu-central-1"  # where the backend of shared accounts looks unless it is told
WORLDS_OF_A_SETTING = 10
PLURALS = ("connections", "variables")

IDS = [
    *(
        "db",
        "my_db",
        "My_DB",
        "MY_DB",
        "my-db",
        "My-Db",
        "aws_default",
        "crm.prod",
        "team/db",
        "Team/DB",
        "a/b/c",
        "42",
    ),
    *("/db", "db/", "//", "-", "_", ".", "..", "a--b", "a___b", "db!", "a+b", "a@b"),
]
ODD_IDS = [
    "x" * 200,
    "a#b",
    "(db)",
    "a\\b",
    "x y",
    " db",
    "db ",
    "db\n",
    "a:b",
    "my_db:1",
    "a?b",
    "a%2Fb",
    "a&b",
    "'",
    "",
]
ODD_IDS += ["ü", "Ü", "straße", "\ufb01le", "\u0131", "İd", "名前", "😀", "a/../b", "./a", "%41"]
PREFIXES = [
    *(
        "airflow/connections",
        "airflow/variables",
        "airflow",
        "prod/",
        "prod//",
        "/prod",
        "team-",
        "team--",
        "x_",
        "a.b",
    ),
    *("p", "/", "//", "", "-", "Prod", "prod/-/", "a/-", "prod ", " "),
]
NO_KWARGS: list[Any] = [[1], "text", 5, None]
NO_PREFIXES: list[Any] = [5, 0, False, True, [], ["a"], {}, 1.5]
SEPS = ["/", "/", "-", "--", "_", "", ".", "-/", " ", "b"]
NO_SEPS: list[Any] = [None, 5, []]
PATTERNS = [
    "",
    "db",
    "^db$",
    "my",
    "^my_",
    ".*",
    "(?!aws_default$)",
    "^(?!aws_default$).*$",
    "[a-z_]+$",
    r"\w+/",
    "TEAM",
    "^$",
]
NO_PATTERNS = ["(", "*", 5, ["db"], {"a": 1}, "(?P<a", "a{99999999999}", True, 0, []]
WORDS = [
    {"user": ["usr"], "host": ["node", "h"]},
    {"login": ["usr"], "conn_type": ["kind"]},
    {"extra": ["options"], "schema": ["dbname"], "port": ["p"]},
    {"password": ["pw", "secret"]},
    {},
    None,
]
NO_WORDS = [{"bogus": ["x"]}, {"host": "node"}, {"host": None}, ["host"], "host", 5, {"user": 5}]
TEXTS = [
    *("http://h", "postgres://u:p%40ss@db.example:5432/main?sslmode=require", "  http://padded  ", "http://h/?n=1&m=x"),
    *("", "", " ", "\n", "{broken", "{}", "[1]", "null", "no uri", "aws://", "://", "postgresql://H.Example/"),
    *('{"conn_type": "mysql", "user": "joe", "pass": "pw", "server": "h", "database": "d", "port": 3306}',),
    *('{"conn_type": "http", "host": "h", "colour": "red"}', '{"conn_type": "http", "host": 5}', '{"host": "h"}'),
    *('{"conn_type": "http", "extra": {"a": {"b": 1}}, "port": "80"}', '{"conn_type": "http", "port": "x"}'),
    *('{"engine": "postgres", "username": "u", "password": "", "host": "h", "dbname": "d"}', '{"uri": "http://h"}'),
    *('{"conn_type": "http", "login": "a%40b", "password": "c%2Fd", "description": "of all"}', '{"conn_type": null}'),
    *(
        '{"kind": "ftp", "usr": "u", "node": "n", "options": {"x": 1}, "p": 21, "pw": "z"}',
        '{"conn_type": "http", "extra": "[1]"}',
    ),
    *('"quoted"', "plain", "  spaced  ", '{"key": "value"}', "0", "ünïcode"),
]
ROWS = [
    {"conn_type": "http", "host": "metastore"},
    {"conn_type": "postgres", "host": "metastore", "login": "u", "password": "p", "schema": "s", "port": 5432},
    {"conn_type": "aws", "extra": '{"region_name": "eu-west-1", "retries": 3}', "description": "of the database"},
    {"conn_type": "http", "host": "https://h", "password": "", "extra": ""},
    {"conn_type": "google_cloud_platform", "extra": '{"a": "b"}', "login": "", "port": 0},
]
VARIABLES = ["of the database", "", "{}", " "]

_NAME_OF_A_SECRET = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")
_ARN = re.compile(r"arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:")
_NAME_OF_A_PARAMETER = re.compile(r"(?=.{1,900}$)(?!/(?i:aws|ssm))(?:/[A-Za-z0-9_.-]+){1,15}")
_CONN_ID = re.compile(r"[\w#!()\-.:/\\]{1,250}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Setting:
    """`secrets` are those of this account and region by their names, and those elsewhere by their ARN.

    A secret is a text or says also that it is `deleted`, `binary`, or cannot be read (`error`).
    """

    backend: str
    kwargs: Any
    environ: Mapping[str, str]
    account: str
    region: str
    ids: Sequence[str]
    secrets: dict[str, Any]
    parameters: dict[str, str]

    def fields(self, prefix: str = "") -> Case:
        return {f"{prefix}backend": self.backend, f"{prefix}backend_kwargs": self.kwargs} if self.backend else {}

    def stores(self) -> Case:
        return {
            "secrets": self.secrets,
            "parameters": self.parameters,
            "account": self.account,
            "region": self.region,
        }

    def given(self, name: str, otherwise: Any) -> Any:
        return self.kwargs.get(name, otherwise) if isinstance(self.kwargs, dict) else otherwise

    @property
    def sep(self) -> Any:
        return "/" if self.backend == PARAMETER_STORE else self.given("sep", "/")

    def prefix(self, plural: str) -> Any:
        return self.given(f"{plural}_prefix", f"airflow/{plural}")

    @property
    def shared(self) -> str:
        """What the names of the shared account begin with here: nothing where that account is this one."""
        region = self.given("aws_region", "") or self.environ.get("AWS_REGION", SHARED_HOME)
        account = self.given("shared_account", "")
        is_own = (account, region) == (self.account, self.region)
        return "" if is_own else f"arn:aws:secretsmanager:{region}:{account}:secret:"


class WorldMaker:
    def __init__(self, seed: int) -> None:
        self.maker = Maker(seed)
        self.pick, self.chance = self.maker.pick, self.maker.chance
        self.accounts = map(str, count(100_000_000_000))

    def settings(self, number: int, backends: Sequence[str] = BACKENDS) -> list[Setting]:
        return [self.setting(backends) for _ in range(number)]

    def setting(self, backends: Sequence[str]) -> Setting:
        backend, account = self.pick(list(backends)), next(self.accounts)
        kwargs = self.pick(NO_KWARGS) if self.chance(0.02) else self.kwargs(backend, account)
        region = kwargs.get("region_name", HOME) if isinstance(kwargs, dict) else HOME
        ids = [self.odd(IDS, ODD_IDS, 0.2) for _ in range(8)]
        made = Setting(backend, kwargs, self.settings_of(account), account, region, ids, {}, {})
        self.fill(made)
        return made

    def known(self, case: Case) -> tuple[Setting, Case]:
        """A written world, in an account of its own; `SHARED` in it is one more."""
        account = next(self.accounts)
        case = json.loads(json.dumps(case).replace("SHARED", next(self.accounts)))
        environ = {"AWS_ACCESS_KEY_ID": access_key(account), "AWS_DEFAULT_REGION": HOME}
        stores = case.get("secrets", {}), case.get("parameters", {})
        made = Setting(case.get("backend", ""), case.get("backend_kwargs"), environ, account, HOME, [], *stores)
        environs = {name: {**environ, **case.get(name, {})} for name in ("env", "worker_env")}
        return made, {**made.stores(), **case, **environs}

    def worker_of(self, server: Setting) -> Setting:
        """It knows the same stores, and looks for the same ids elsewhere in them."""
        backend = self.pick(BACKENDS)
        kwargs = self.kwargs(backend, server.account) | {"region_name": server.region}
        environ = self.settings_of(server.account)
        made = replace(server, backend=backend, kwargs=kwargs if backend not in DEFAULTS else {}, environ=environ)
        self.fill(made)
        return made

    def settings_of(self, account: str) -> dict[str, str]:
        region = {"AWS_REGION": self.pick([HOME, AWAY])} if self.chance(0.3) else {}
        start = "AIRFLOW__SECRETS__BACKEND_KWARG__"
        single = {f"{start}{self.pick(['CONNECTIONS', 'VARIABLES'])}_PREFIX": self.pick(PREFIXES)}
        return {
            "AWS_ACCESS_KEY_ID": access_key(account),
            "AWS_DEFAULT_REGION": HOME,
            **region,
            **self.some(single, 0.05),
        }

    def kwargs(self, backend: str, account: str) -> Case:
        makers = {SECRETS_MANAGER: self.of_secrets_manager, SHARED: self.of_shared}
        if backend in makers:
            return makers[backend](account)
        return self.of_parameter_store() if backend == PARAMETER_STORE else self.some({"colour": "red"}, 0.1)

    def some(self, given: Case, share: float) -> Case:
        return {name: value for name, value in given.items() if self.chance(share)}

    def odd(self, usual: Sequence[Any], unusual: Sequence[Any], share: float = 0.02) -> Any:
        return self.pick(list(unusual if self.chance(share) else usual))

    def of_parameter_store(self) -> Case:
        prefixes = [*PREFIXES, None, None]
        given = {f"{plural}_prefix": self.odd(prefixes, NO_PREFIXES) for plural in (*PLURALS, "config")}
        patterns = {f"{plural}_lookup_pattern": self.odd([*PATTERNS, None], NO_PATTERNS, 0.1) for plural in PLURALS}
        rest = {"region_name": AWAY, "colour": "red", "sep": "-"}
        return {**self.some(given, 0.5), **self.some(patterns, 0.2), **self.some(rest, 0.1)}

    def of_secrets_manager(self, _account: str) -> Case:
        given = {name: value for name, value in self.of_parameter_store().items() if name != "sep"}
        more = {"sep": self.odd(SEPS, NO_SEPS), "extra_conn_words": self.odd(WORDS, NO_WORDS, 0.15)}
        flags = {name: self.pick([True, False]) for name in ("full_url_mode", "are_secret_values_urlencoded")}
        return {**given, **self.some(more, 0.4), **self.some(flags, 0.08)}

    def of_shared(self, account: str) -> Case:
        other = next(self.accounts)
        given = {
            "connections_prefix_shared": self.odd([*PREFIXES, "airflow/core/connections", None], NO_PREFIXES),
            "aws_region": self.pick([HOME, AWAY, SHARED_HOME, "", None]),
        }
        whose = {"shared_account": self.odd([other, other, account], [None, 5, "", "x"], 0.1)}
        return {**self.of_secrets_manager(account), **self.some(given, 0.6), **self.some(whose, 0.97)}

    # -- what the stores hold

    def fill(self, made: Setting) -> None:
        for name in dict.fromkeys(self.names(made)):
            if made.backend == PARAMETER_STORE:
                path = "/" + name.lstrip("/")
                if _NAME_OF_A_PARAMETER.fullmatch(path):
                    made.parameters.setdefault(path, self.parameter())
            elif _NAME_OF_A_SECRET.fullmatch(_ARN.sub("", name)):
                made.secrets.setdefault(name, self.entry())

    def names(self, made: Setting) -> Iterator[str]:
        """Those that are asked for, and those that nearly are."""
        for secret_id in made.ids:
            near = self.pick([secret_id.upper(), secret_id.lower(), secret_id.replace("_", "-")])
            for plural in PLURALS:
                prefix = made.prefix(plural)
                names = [
                    (joined(prefix, made.sep, secret_id), 0.7),
                    (joined(prefix, made.sep, near), 0.2),
                    (f"{prefix}{made.sep}{secret_id}", 0.1),
                    (f"airflow/{plural}/{secret_id}", 0.1),
                ]
                yield from (name for name, share in names if self.chance(share))
            if made.backend == SHARED and self.chance(0.6):
                prefix = made.given("connections_prefix_shared", "airflow/connections")
                yield f"{made.shared}{prefix}{made.sep}{secret_id}"

    def entry(self) -> Any:
        text = self.stored()
        states = [{}, {"deleted": True}, {"binary": True}, {"error": "ClientError"}]
        return {"value": text, **self.pick(states)} if self.chance(0.25) else text

    def stored(self) -> str:
        """AWS keeps no empty text."""
        return self.text() or " "

    def parameter(self) -> str:
        """At most 8,192 bytes, and no name in double braces."""
        return self.stored()[:2000].replace("{{", "{")

    def text(self) -> str:
        if self.chance(0.7):
            return str(self.pick(TEXTS))
        make = self.pick([self.maker.uri, self.maker.json_text, lambda: json.dumps(self.maker.conn())])
        return str(make()).encode(errors="ignore").decode().replace("\0", "")

    # -- worlds

    def worlds(self, made: Setting) -> Iterator[Case]:
        for _ in range(WORLDS_OF_A_SETTING):
            asked, secret_id = self.asked(made)
            environ = {**made.environ, **self.environ(secret_id)}
            yield {**asked, **made.fields(), **made.stores(), "env": environ, **self.rows(secret_id)}

    def task_worlds(self, server: Setting) -> Iterator[Case]:
        """Of five layers; sometimes the worker has no backend of its own."""
        worker = self.worker_of(server)
        for _ in range(WORLDS_OF_A_SETTING):
            asked, secret_id = self.asked(server)
            environs = {
                "env": {**server.environ, **self.environ(secret_id)},
                "worker_env": {**worker.environ, **self.environ(secret_id)},
            }
            fields = {**server.fields(), **worker.fields("worker_"), **server.stores()}
            yield {**asked, "process": "task", **fields, **environs, **self.rows(secret_id)}

    def asked(self, made: Setting) -> tuple[Case, str]:
        secret_id = self.pick(list(made.ids))
        if self.chance(0.6):
            return {"op": "resolve_connection", "conn_id": secret_id}, secret_id
        return {"op": "resolve_variable", "key": secret_id}, secret_id

    def environ(self, secret_id: str) -> dict[str, str]:
        share = self.pick([0.1, 0.4])
        given = {
            "AIRFLOW_CONN_" + secret_id.upper(): share,
            "AIRFLOW_VAR_" + secret_id.upper(): share,
            "AIRFLOW_CONN_" + secret_id: 0.1,
            "AIRFLOW_VAR_" + secret_id.lower(): 0.1,
            "AIRFLOW_CONN_" + secret_id.upper().replace("-", "_"): 0.1,
            "AIRFLOW_CONN_": 0.02,
        }
        return {name: self.text() for name, chance in given.items() if self.chance(chance)}

    def rows(self, secret_id: str) -> Case:
        near = {secret_id: 0.5, secret_id.upper(): 0.2, secret_id.lower(): 0.2, secret_id.replace("-", "_"): 0.1}
        ids = [each for each, share in near.items() if self.chance(share)]
        rows = [{"conn_id": each, **self.pick(ROWS)} for each in ids if _CONN_ID.fullmatch(each)]
        variables = [{"key": each, "val": self.pick(VARIABLES)} for each in near if self.chance(0.3)]
        return {"metastore": rows, "metastore_variables": variables}


def joined(prefix: Any, sep: Any, secret_id: str) -> str:
    if isinstance(prefix, str) and isinstance(sep, str):
        kept = prefix.rstrip(sep)
        return f"{kept}{sep}{secret_id}" if kept else secret_id
    return secret_id
