"""Random questions for Airflow and for us, hostile on purpose and the same for the same seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Case = dict[str, Any]

WORDS = [
    "u",
    "p",
    "h",
    "db",
    "host.com",
    "HOST.Com",
    "user",
    "p@ss",
    "a b",
    "10.0.0.1",
    "::1",
    "0",
    "x_y",
    "a-b",
    "é",
    "ß",
]
SIGNS = list(":/@?#[]%&=+ \\\"'{}<>|^~;,!$*()-_.`")
ODD = [
    "\t",
    "\n",
    "\r",
    "\x00",
    "\x0b",
    "\x1c",
    "\x7f",
    "\xa0",
    "\ufeff",
    "\u2028",
    "中",
    "😀",
    "İ",
    "ı",  # noqa: RUF001
    "ﬁ",
    "\ud800",
    "\udfff",
]
FOLDED = ["℀", "⅓", "：", "／", "＠", "？", "＃", "％", "𝐡", "①"]  # characters that normalise to others  # noqa: RUF001
QUOTED = [
    "%2F",
    "%3A",
    "%40",
    "%25",
    "%20",
    "%3a%2f%2f",
    "%E9",
    "%c3%a9",
    "%F0%9F",
    "%00",
    "%zz",
    "%",
    "%2",
    "%ED%A0%80",
    "%0A",
]
SEQUENCES = [
    "://",
    "://",
    "//",
    "@",
    ":",
    "http://",
    "https://",
    "__extra__=",
    "?",
    "/?",
    "&",
    "=",
    "+",
    "[::1]",
    "[",
    "]",
    "[v1.a]",
    "[1.2.3.4]",
    "[fe80::1%eth0]",
    "#",
]
TYPES = [
    "postgres",
    "postgresql",
    "Postgresql",
    "http",
    "HTTPS",
    "aws",
    "google-cloud-platform",
    "google_cloud_platform",
    "my-type+x.y",
    "",
    "1x",
    "mysql",
    "Aa_b-C",
    "-",
    "x:y",
    "é",
]
JSON_TEXTS = [
    "1",
    "01",
    "1.5",
    "-0",
    "1e5",
    "1e999",
    "true",
    "false",
    "null",
    "NaN",
    "-Infinity",
    "Infinity",
    '"q"',
    "[1]",
    "[]",
    '{"k": 1}',
    "{}",
    " 1 ",
    "1 x",
    "\n2",
    "True",
    "nan",
    "",
    '"\\ud800"',
    "{",
    "[",
    "123456789012345678901234567890",
    "\ufeff1",
    "1_0",
    "٣",
    "0x1",
    "'a'",
]
EXTRAS = [
    '{"a": 1}',
    '{"a": "1"}',
    '{"a": "b", "c": "d"}',
    '{"a": null}',
    '{"a": {"b": "c"}}',
    '{"a": "\\ud800"}',
    '{"a": ["\\ud800"]}',
    '{"\\ud800": "a"}',
    '{"__extra__": "x"}',
    '{"": ""}',
    '{"a": "true"}',
    "[1]",
    "[]",
    "[[]]",
    '"text"',
    '""',
    "5",
    "0",
    "null",
    "true",
    "nope",
    "{bad",
    "",
    " {} ",
    '{"a": NaN}',
    '{"a":"b","a":"c"}',
    '{"é": "ü+ &="}',
    '{"a": "x y", "b": ""}',
    '{"a": 1e400}',
    '{"a" : "b"}\n',
]
PORTS = [
    1,
    0,
    -3,
    5432,
    65535,
    65536,
    99999,
    "5432",
    "0",
    "",
    " 7 ",
    "5_0",
    "abc",
    "5432.0",
    5432.9,
    0.5,
    True,
    False,
    None,
    [1],
    [],
    {},
    {"a": 1},
    1e30,
    float("nan"),
    float("inf"),
    "٣",
    "1e3",
    "\ud800",
]
LONG = ["1" * 5000, "[" * 5000 + "]" * 5000, '{"a": ' + "1" * 4400 + "}", "1" * 4300, '{"a": "' + "x" * 3000 + '"}']
CONN_IDS = [
    "oracle",
    "a b",
    "a\n",
    "a\n\n",
    "é",
    "",
    "x" * 250,
    "x" * 251,
    "x" * 249 + "\n",
    None,
    5,
    [],
    "a/b.c:d(e)!#\\",
    "a@b",
    "a+b",
    "\ud800",
    "٣",
    "a--b",
    "\n",
]
KEYS = [
    "user",
    "username",
    "id",
    "conn_id",
    "self",
    "uri",
    "team_name",
    "CONN_TYPE",
    "extra__x",
    "",
    "database",
    "_sa_instance_state",
    "is_encrypted",
    "password ",
    "key",
]
ALIASES = [
    "user",
    "username",
    "user_name",
    "pass",
    "key",
    "remote_host",
    "server",
    "database",
    "dbname",
    "conn_id",
    "connection_type",
    "engine",
    "description",
    "uri",
    "account",
    "node",
    "h",
    "User",
]


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.pick: Callable[[list[Any]], Any] = self.random.choice

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def text(self, longest: int = 5) -> str:
        pools = [WORDS, WORDS, WORDS, SIGNS, SIGNS, QUOTED, SEQUENCES, ODD, FOLDED, JSON_TEXTS]
        return "".join(
            self.pick(self.pick(pools)) if self.chance(0.95) else self.character()
            for _ in range(self.random.randint(0, longest))
        )

    def character(self) -> str:
        return chr(self.random.randrange(self.pick([0x100, 0x10000, 0x110000])))

    def word(self) -> str:
        return self.pick(WORDS) if self.chance(0.7) else self.text(3)

    def value(self, depth: int = 2) -> Any:
        """Any JSON value, mostly not text."""
        kind = self.random.randrange(9 if depth else 6)
        if kind == 0:
            return self.pick([0, 1, -1, 3.5, 10**30, float("nan"), float("-inf"), 1e308])
        if kind == 1:
            return self.pick([True, False, None])
        if kind in (2, 3):
            return self.text(3)
        if kind == 4:
            return self.pick(["", "://", "-", "http://h"])
        if kind == 5:
            return self.pick([[], {}, ["://"], ["-"], {"-": 1}, {"://": 1}, [None], {"a": None}])
        if kind in (6, 7):
            return {self.text(1): self.value(depth - 1) for _ in range(self.random.randint(0, 3))}
        return [self.value(depth - 1) for _ in range(self.random.randint(0, 3))]

    def field(self, usual: Callable[[], Any]) -> Any:
        return usual() if self.chance(0.93) else self.value()

    def flat_extra(self) -> dict[str, Any]:
        return {
            self.text(2): self.pick(JSON_TEXTS) if self.chance(0.3) else self.word()
            for _ in range(self.random.randint(0, 4))
        }

    def extra(self) -> Any:
        if self.chance(0.005):
            return self.pick(LONG)
        kind = self.random.randrange(6)
        if kind == 0:
            return self.pick(EXTRAS)
        if kind == 1:
            return self.text()
        if kind == 2:
            return self.value()
        found = (
            self.flat_extra() if kind == 3 else {self.text(2): self.value() for _ in range(self.random.randint(0, 3))}
        )
        return json.dumps(found, ensure_ascii=self.chance(0.5)) if self.chance(0.7) else found

    def host(self) -> str:
        kind = self.random.randrange(5)
        if kind == 0:
            return self.pick([*TYPES, "k8s", "https"]) + "://" + self.word()
        return self.text() if kind == 1 else self.word()

    def conn(self) -> Case:
        makers = {
            "conn_type": lambda: self.pick(TYPES),
            "host": self.host,
            "login": self.text,
            "password": self.text,
            "schema": self.word,
            "port": lambda: self.pick(PORTS),
            "extra": self.extra,
            "description": self.word,
        }
        share = self.pick([0.2, 0.6, 0.9])
        found = {name: self.field(make) for name, make in makers.items() if self.chance(share)}
        if self.chance(0.04):
            found[self.pick(KEYS)] = self.word() if self.chance(0.7) else self.value()
        if self.chance(0.03):
            found["uri"] = self.uri() if self.chance(0.7) else self.value()
        if self.chance(0.02):
            found["team_name"] = self.word()
        items = list(found.items())
        if self.chance(0.3):
            self.random.shuffle(items)
        return dict(items)

    def uri(self) -> str:
        kind = self.random.randrange(4)
        if kind == 0:
            return self.text(12)
        made = self.well_made_uri()
        if kind == 1 and made:
            at = self.random.randrange(len(made))
            made = made[:at] + (self.text(2) if self.chance(0.6) else "") + made[at + self.random.randint(0, 2) :]
        return made

    def well_made_uri(self) -> str:
        made = self.pick(TYPES) + "://"
        if self.chance(0.15):
            made += self.pick(["http://", "https://", "k8s://", "HTTP://"])
        if self.chance(0.6):
            made += self.word() + (":" + self.word() if self.chance(0.7) else "") + "@"
        made += self.word() if self.chance(0.85) else self.text(2)
        if self.chance(0.5):
            made += ":" + self.pick(["", "1", "5432", "065", "65536", "x", "٣", "+1", "1 ", "0", "99999999999"])
        if self.chance(0.6):
            made += "/" + self.word()
        if self.chance(0.5):
            made += "?" + self.query()
        return made + (self.pick(["#", "#frag", "#?x=@"]) if self.chance(0.05) else "")

    def query(self) -> str:
        if self.chance(0.005):
            return self.pick(["__extra__=", "a="]) + self.pick(LONG)
        if self.chance(0.3):
            return "__extra__=" + (self.pick(EXTRAS) if self.chance(0.7) else self.text())
        pairs = [
            f"{self.text(1)}={self.pick(JSON_TEXTS) if self.chance(0.5) else self.word()}"
            for _ in range(self.random.randint(0, 4))
        ]
        return "&".join(pairs) + self.pick(["", "", "&", "&a", ";b=c"])

    def json_text(self) -> str:
        if self.chance(0.005):
            return self.pick(LONG)
        kind = self.random.randrange(8)
        if kind == 0:
            return json.dumps(self.value())
        if kind == 1:
            return self.pick(JSON_TEXTS) + self.text(2)
        made = json.dumps(self.conn(), ensure_ascii=self.chance(0.5))
        if kind == 2:
            at = self.random.randrange(len(made))
            made = made[:at] + self.text(1) + made[at + self.random.randint(0, 2) :]
        return made + (self.pick([" ", "\n", "x", "\xa0"]) if self.chance(0.05) else "")

    def secret(self) -> str:
        """A text as somebody stores it under a connection's name."""
        kind = self.random.randrange(6)
        if kind == 0:
            return self.text(3)
        if kind == 1:
            return self.uri()
        if kind == 2:
            return self.json_text()
        found = list(self.conn().items()) + list(self.aliased().items())
        self.random.shuffle(found)
        around = self.pick(["", "", "", " ", "\n", "\xa0", "\ufeff", "\x1c"])
        return around + json.dumps(dict(found), ensure_ascii=self.chance(0.5)) + around

    def aliased(self) -> Case:
        share = self.pick([0.1, 0.3, 0.6])
        return {name: self.field(self.word) for name in ALIASES if self.chance(share)}

    def case(self) -> Case:
        op = self.pick(["get_uri", "as_json", "parse_uri", "parse_uri", "from_json"])
        made: Case = {"op": op}
        if op == "parse_uri":
            made["uri"] = self.uri() if self.chance(0.99) else self.value()
        elif op == "from_json":
            made["text"] = self.json_text() if self.chance(0.99) else self.value()
        else:
            made["conn"] = self.conn() if self.chance(0.995) else self.value()
        if self.chance(0.1):
            target = made["conn"] if isinstance(made.get("conn"), dict) else made
            target["conn_id"] = self.pick(CONN_IDS)
        if self.chance(0.002):
            del made[next(name for name in ("conn", "uri", "text") if name in made)]
        return made


def cases(seed: int, count: int) -> Iterator[Case]:
    maker = Maker(seed)
    for number in range(count):
        yield {"id": number, **maker.case()}
