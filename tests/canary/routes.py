"""How each named route is asked. A route without an entry here fails the walk."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, get_args

from django.utils import timezone

from secretsui.audits import links
from secretsui.audits.models import Delivery, Recipient
from secretsui.web.links import password_link
from tests.canary.canaries import HARSH
from tests.canary.planted import typed
from tests.canary.walk import Data, Route
from tests.canary.world import World
from tests.web import scheduled

URI: Final = f"postgres://{typed('login')}:{typed('password')}@db.example:5432/main"
# Sent along with every form, where no field of this name is expected as well.
STRAY: Final[Data] = {"text": typed("stray") + HARSH, "password": typed("stray"), "extra": typed("stray")}


def fields(**more: str) -> Data:
    """A connection by its fields."""
    return {
        "mode": "fields",
        "conn_type": "postgres",
        "host": "db.example",
        "schema": "main",
        "port": "5432",
        "login": typed("login") + HARSH,
        "password": typed("password") + HARSH,
        "extra": f'{{"key": "{typed("extra")}", "nested": {{"deep": "{typed("extra")}"}}}}',
        "written_as": "json",
        "accept": "1",
        **more,
    }


def raw(text: str, **more: str) -> Data:
    return {"mode": "raw", "text": text, "accept": "1", **more}


# What is typed into a form that takes a value: right, wrong in one field, wrong as a whole.
TYPED: Final[Sequence[Data]] = (
    raw(URI),
    raw(f"postgres://app:{typed('before')}#{typed('after')}@db.example:5432/main"),
    raw(f'{{"conn_type": "mysql", "password": "{typed("password")}", }}'),
    raw(f'{{"conn_type": "mysql", "{typed("key")}": 1}}', accept=""),
    raw(f'"{URI}"'),
    raw(f"  {typed('text')}\r\n{typed('second')}\0"),
    raw(typed("text") * 6_000),
    fields(),
    fields(written_as="uri"),
    fields(host=f"https://u:{typed('password')}@db.example", schema=f"x?{typed('extra')}"),
    fields(port=typed("port")),
    fields(conn_type=f"{typed('type')}://"),
    fields(extra=f"{typed('extra')} is no JSON", accept=""),
    fields(password="••••••••"),
    fields(remove_password="on"),
    fields(form_type="postgres", **{"x-sslpassword": typed("password") + HARSH, "x-sslmode": "require"}),
    fields(form_type="postgres", **{"x-connect_timeout": typed("port"), "x-sslmode": typed("extra")}),
    fields(form_type="postgres", type="mysql", **{"x-sslpassword": typed("password")}),
    fields(switch="raw"),
    raw(f"postgres://app:{typed('before')}/{typed('after')}@db.example", switch="fields"),
)


@dataclass(frozen=True)
class Editing:
    """What the edit form sends beside the value."""

    world: World
    name: str

    def posts(self) -> Sequence[Data]:
        return [
            *(self._with(data, action="save") for data in TYPED),
            *(self._with(data, action=action) for data in (raw(URI), fields()) for action in ("preview", "show")),
            # From a version that is not the current one any more, and from one that there never was.
            *(self._with(raw(URI), action=action, base=self.world.old_version(self.name)) for action in self._ACTIONS),
            *(self._with(fields(), action=action, base=self.world.old_version(self.name)) for action in self._ACTIONS),
            self._with(raw(URI), action="save", base="no such version"),
            self._with(raw(URI), action="save", confirm_password=typed("confirm")),
        ]

    _ACTIONS = ("save", "merge", "over")

    def _with(self, data: Data, *, action: str, base: str = "", **more: str) -> Data:
        current = self.world.current_version(self.name)
        posted = {"base_version": base or current, "base_words": "version 1", "over": current}
        return {**data, **posted, "action": action, "token": str(uuid.uuid4()), **more}


def routes(world: World) -> Mapping[str, Route]:
    """By the name of each route."""
    return {
        **_shell(world),
        **_lists(world),
        **_secret(world),
        **_new(world),
        **_builder(world),
        **_setup(),
        **_doctor(world),
        **_checks(world),
        **_conflicts(world),
        **_audits(world),
        **_settings(world),
        **_deployments(world),
        **_schedules(world),
        **_notifications(world),
    }


def _shell(world: World) -> Mapping[str, Route]:
    link = password_link(world.forgetful).strip("/").rpartition("/")[2]
    uid, _, key = link.partition("-")
    passwords = {"oldpassword": typed("confirm"), "password1": typed("confirm"), "password2": typed("confirm")}
    sign_in = {"login": "alice", "password": typed("confirm")}
    return {
        "overview": Route(),
        "theme": Route(posts=[{"theme": "dark", "next": "/"}, {"theme": typed("stray")}]),
        "healthz": Route(),
        "metrics": Route(),
        "account_login": Route(posts=[{}, sign_in, {"login": "nobody"}]),
        "account_inactive": Route(),
        "account_reauthenticate": Route(posts=[{}, {"password": typed("confirm")}]),
        "account_change_password": Route(posts=[{}, passwords]),
        "account_reset_password_from_key_done": Route(),
        "account_reset_password_from_key": Route(
            addresses=[(uid, key), (uid, "set-password"), ("zz", "no-such-key")], posts=[{}, passwords]
        ),
        "account_logout": Route(),
    }


def _lists(world: World) -> Mapping[str, Route]:
    ids = [str(pk) for pk in world.record_ids()][:5]
    queries = (
        {},
        {"q": "uri", "sort": "-changed"},
        {"kind": "variable", "state": "broken", "page": "99"},
        {"page": "x"},
    )
    bulk = [
        {"s": ids, "do": do, **more}
        for do in ("tags", "delete", "export", "no such thing")
        for more in (
            {},
            {"confirm": "1", "tag_key": "team", "tag_value": "x", "days": "3", "confirm_password": typed("confirm")},
        )
    ]
    return {
        "secrets": Route(queries=queries),
        "secrets-export": Route(queries=queries),
        "secrets-bulk": Route(posts=[{}, *bulk]),
        "refresh": Route(posts=[{}, {"prefix": "none"}, {"prefix": str(world.prefix.pk), "next": "/secrets/"}]),
        "refresh-progress": Route(),
        "trash": Route(),
        "types": Route(queries=({}, {"q": "postgres"}, {"q": "no such type"})),
        "activity": Route(queries=({}, {"person": "alice", "action": "reveal", "page": "2"}, {"action": "none"})),
        "activity-export": Route(),
    }


def _secret(world: World) -> Mapping[str, Route]:
    name = world.sample
    here, spare = [world.address(name)], [world.address(world.spare)]
    old, current = world.old_version(name), world.current_version(name)
    edits = Editing(world, name).posts()
    reveals = [{"field": "all"}, {"field": "password"}, {"field": "text"}, {"field": "all", "version": old}]
    pages = [*here, world.address("airflow/variables/text"), world.address("airflow/connections/none")]
    return {
        "secret": Route(pages),
        "secret-fields": Route(pages),
        "secret-policy": Route(pages),
        "secret-reveal": Route(pages, posts=[*reveals, {"field": "none"}, {"version": "none"}]),
        "secret-edit": Route(pages[:2], queries=({}, {"mode": "raw"}), posts=edits),
        "secret-preview": Route(pages[:2], posts=TYPED),
        "secret-versions": Route(pages),
        "secret-compare": Route(pages, queries=({}, {"a": old, "b": current}, {"a": "none", "b": current})),
        "secret-tags": Route(
            here, posts=[{"tag_key": "team", "tag_value": "x"}, {"tag_key": "aws:x", "tag_value": "y"}]
        ),
        "secret-details": Route(here, posts=[{"description": "Described"}, {"kms_key_id": "no key!"}]),
        "secret-put-back": Route(
            here, queries=({}, {"version": old}), posts=[{"version": old, "base_version": old}, {"version": "none"}]
        ),
        "secret-version": Route(
            here,
            queries=({}, {"version": old, "change": "destroy"}),
            posts=[{"version": old, "change": "disable"}, {"version": "none", "change": "none"}],
        ),
        "secret-delete": Route(
            spare, queries=({}, {"now": "1"}), posts=[{"recovery_days": "2"}, {"now": "1"}, {"recovery_days": "7"}]
        ),
        "secret-restore": Route(spare, posts=[{}, {"next": "trash"}]),
    }


def _new(world: World) -> Mapping[str, Route]:
    def posts(path: str) -> Sequence[Data]:
        place = {"prefix": str(world.prefix.pk), "key": path, "token": str(uuid.uuid4()), "action": "save"}
        return [*({**data, **place, "token": str(uuid.uuid4())} for data in TYPED), {**raw(URI), "prefix": "none"}]

    known = world.sample.rpartition("/")[2]
    queries = ({}, {"prefix": str(world.prefix.pk)}, {"prefix": str(world.prefix.pk), "mode": "raw"})
    return {
        "secret-new": Route(queries=queries, posts=[*posts("made_here"), *posts(known), *posts("//")]),
        "secret-new-preview": Route(posts=posts("made_here")),
    }


# What is pasted into the builder: as it is stored, in a command, with aliases, and what is no connection.
PASTED: Final = (
    URI,
    f"export AIRFLOW_CONN_CRM='{URI}'",
    f"airflow connections add crm --conn-uri '{URI}' --conn-extra '{typed('extra')}'",
    f'{{"engine": "mysql", "username": "{typed("login")}", "pass": "{typed("password")}", "{typed("key")}": 1}}',
    f'"{URI}"',
    f"postgres://app:{typed('before')}/{typed('after')}@db.example/main",
    typed("text"),
    f"Connection(password={typed('password')!r}, {typed('key')}=x)",
)


def _builder(world: World) -> Mapping[str, Route]:
    forms = [data for data in TYPED if data["mode"] == "fields"]
    repairs = ("strip:password", "to-json:written_as", "unquote:pasted.text", "none:none")
    posts: Sequence[Data] = [
        *({**data, "action": "preview"} for data in forms),
        *(fields(pasted=text, action="paste") for text in PASTED),
        *(
            fields(pasted=text, repair=repair, written_as="uri")
            for text, repair in zip(PASTED[::2], repairs, strict=False)
        ),
        fields(type="mysql", action="show-preview"),
        fields(deployment=world.deployment.name, action="deployment"),
        fields(form_deployment=world.deployment.name, action="test"),
        fields(form_deployment=world.deployment.name, deployment="", action="deployment", extra="{"),
    ]
    tested = [{**data, "form_deployment": world.deployment.name} for data in (*forms, raw(URI), raw(typed("text")))]
    return {
        "builder": Route(
            queries=({}, {"type": "postgres"}, {"type": "none"}, {"deployment": world.deployment.name}), posts=posts
        ),
        "builder-preview": Route(posts=[*forms, {}]),
        "builder-test": Route(posts=[{}, *tested]),
        "builder-paste": Route(posts=[{}, *({"pasted": text} for text in PASTED)]),
        "rule": Route(addresses=[("R-24",), ("R-99",)]),
    }


def _doctor(world: World) -> Mapping[str, Route]:
    """Of a secret with a value; typed ones stand where a name or an ARN belongs."""
    role = "arn:aws:iam::444455556666:role/airflow"
    given = {"place": str(world.prefix.pk), "key": "", "role": role}
    posts: Sequence[Data] = [
        {},
        given,
        {**given, "role": "arn:aws:iam::444455556666:role/two", "region": "us-east-1"},
        {**given, "key": "no-such-secret"},
        {**given, "place": "0"},
    ]
    return {"doctor": Route(queries=({}, {"place": str(world.prefix.pk), "key": "x"}), posts=posts)}


def _setup() -> Mapping[str, Route]:
    """Nobody is asked for a secret; it may be typed all the same."""
    given = {"platform": "mwaa", "store": "secrets-manager", "airflow": "3.1", "connections": "airflow/connections"}
    given |= {"kv": "2", "auth": "approle", "azure_auth": "default", "workers": "same"}
    vault = {**given, "store": "vault", "vault_role": "r"}
    posts: Sequence[Data] = [
        {},
        given,
        {**vault, "vault_url": f"https://u:{typed('password')}@vault.example"},
        {**vault, "vault_url": f"https://vault.example/?token={typed('extra')}"},
        {**given, "action": "save", "deployment_name": "made"},
    ]
    return {
        "setup": Route(queries=({}, {"store": "vault"}, {"store": "none"}), posts=posts),
        "setup-preview": Route(posts=posts),
        "setup-save": Route(posts=posts),
    }


# Settings with a value in every place, whole and broken, as each reader of the check takes them.
SETTINGS: Final[Sequence[str]] = (
    f'{{"connections_prefix": "/{typed("text")}/", "{typed("key")}": "{typed("password")}", "conections_prefix": 1}}',
    f'{{"connections_lookup_pattern": "^{typed("text")}", "token": "{typed("password")}"',
    f"AIRFLOW__SECRETS__BACKEND={typed('text')}\nAIRFLOW__SECRETS__BACKEND_KWARGS={typed('second')}\nAIRFLOW_CONN_A={URI}",
    f"[secrets]\nbackend = {typed('text')}\nbackend_kwargs = {{'{typed('key')}': '{typed('password')}'}}\n",
    f'FROM x\nENV AIRFLOW__SECRETS__BACKEND_KWARGS=\'{{"a": "{typed("text")}"}}\' AIRFLOW_VAR_A={typed("second")}\n',
    f'airflow_configuration_options = {{\n "secrets.backend_kwargs" = jsonencode({{ a = "{typed("text")}" }})\n}}',
    f"secrets.backend\n{typed('text')}\nsecrets.backend_kwargs\n{typed('second')}\n",
    f"astro deployment variable create AIRFLOW__SECRETS__BACKEND_KWARGS='{typed('text')}' --secret\n",
)


def _checks(world: World) -> Mapping[str, Route]:
    against = (f"prefix:{world.prefix.pk}", f"deployment:{world.deployment.name}", "")
    posts: Sequence[Data] = [
        *({"text": text, "against": each} for text, each in zip(SETTINGS, against * 3, strict=False)),
        *({"text": text} for text in ENVIRONMENTS.values()),
        {"text": SETTINGS[0], "form": "helm"},
        {"text": SETTINGS[0], "fix": "R-56:ignored-kwarg:AIRFLOW__SECRETS__BACKEND_KWARGS:conections_prefix:1:68"},
        {"text": "x", "against": "prefix:none"},
    ]
    asked = {"place": against[0], "pattern": "^uri"}
    return {
        "settings-check": Route(queries=({}, {"against": against[0]}), posts=posts),
        "pattern-test": Route(
            queries=({}, asked, {**asked, "pattern": "("}, {"place": against[1], "show": "vain"}, {"place": "none"})
        ),
    }


def _conflicts(world: World) -> Mapping[str, Route]:
    here = (world.deployment.name,)
    pages = [(*here, "connection", "crm"), (*here, "connection", "no/where"), (*here, "none", "crm")]
    queries = ({}, {"all": "1", "q": "crm", "sort": "-key"}, {"conflict": "none", "page": "x", "kind": "none"})
    lines = [
        {"line": f"AIRFLOW_CONN_CRM={URI}"},
        {"line": f"AIRFLOW_CONN_OTHER={URI}"},
        {"line": typed("text")},
        {"line": f"postgres://app:{typed('before')}/{typed('after')}@db.example/main"},
    ]
    return {
        "conflicts-start": Route(),
        "conflicts": Route([here, ("no-such",)], queries=queries),
        "conflicts-check": Route([here], posts=[{}, {"next": "/why/"}]),
        "conflicts-progress": Route([here]),
        "conflicts-export": Route([here], queries=({}, {"as": "json"})),
        "conflict": Route(pages, queries=({}, {"process": "task"})),
        "conflict-delete-row": Route(pages, posts=[{}, {"seen": "none"}]),
        "conflict-pattern": Route(pages, queries=({}, {"pattern": "^crm"}, {"pattern": "("})),
        "conflict-adopt": Route(pages, posts=[{}, *lines]),
        "conflict-environment": Route(pages),
        "why": Route(queries=({}, {"q": "CRM"}, {"q": "x", "kind": "none"}, {"q": "no/where", "deployment": "none"})),
    }


def _audits(world: World) -> Mapping[str, Route]:
    queries = (
        {},
        {"state": "new", "sort": "name"},
        {"state": "fixed", "owner": "-", "page": "x", "deployment": "none"},
    )
    until = str(timezone.localdate() + timedelta(days=3))
    return {
        "audits": Route(posts=[{}, {"prefixes": "none"}, {"deployments": str(world.deployment.pk)}]),
        "audit": Route(world.audits, queries=queries),
        "audit-progress": Route(world.audits),
        "audit-export": Route(
            world.audits, queries=[{"as": form} for form in ("html", "csv", "json", "sarif", "junit")]
        ),
        "audit-stop": Route(world.audits[:1]),
        "audit-send": Route(world.audits),
        "finding": Route(world.findings[-8:]),
        "finding-accept": Route(world.findings[-2:], posts=[{}, {"until": until, "reason": "Known"}, {"until": "x"}]),
        "finding-withdraw": Route(world.findings[-2:]),
        "finding-assign": Route(world.findings[-2:], posts=[{}, {"owner": "sales"}, {"owner": "x" * 300}]),
    }


def _settings(world: World) -> Mapping[str, Route]:
    account, prefix = (world.spare_account.name,), (world.spare_account.name, world.spare_prefix.pk)
    person = (world.forgetful.pk,)
    about = {"name": world.spare_account.name, "region": "eu-west-1", "credentials": "ambient"}
    place = {"path": "airflow/more", "sep": "/", "kind": "connection", "region": "eu-west-1", "refresh_minutes": "60"}
    pasted = {"name": "pasted", "credential": typed("credential"), "ca_file": typed("credential"), "auth": "token"}
    vendors = (
        {"vendor": "vault", "region": "secret", "endpoint_url": f"https://a:{typed('password')}@vault.example"},
        {"vendor": "google", "project": "sample-project"},
        {"vendor": "azure", "endpoint_url": "https://sample.vault.azure.net"},
    )
    return {
        "accounts": Route(),
        "account-new": Route(
            queries=[{"vendor": vendor} for vendor in ("aws", "vault", "google", "azure")],
            posts=[{}, {**about, "name": "new"}, {**about, "role_chain": "none"}, *(pasted | each for each in vendors)],
        ),
        "account-edit": Route([account], posts=[{}, {**about, "endpoint_url": world.url}]),
        "account-test": Route([account]),
        "account-remove": Route([account], posts=[{}]),
        "prefix-new": Route([account], posts=[{}, place, {**place, "store": "parameter-store"}]),
        "prefix-edit": Route([prefix], posts=[{}, {"refresh_minutes": "90"}]),
        "prefix-test": Route([prefix]),
        "grants": Route([prefix], posts=[{}, {"new_group": "Guests", "new_level": "1"}]),
        "prefix-remove": Route([prefix], posts=[{}]),
        "people": Route(),
        "person-new": Route(posts=[{}, {"username": "newcomer", "email": "n@example.org"}]),
        "person-edit": Route([person], posts=[{}, {"username": world.forgetful.username}]),
        "person-link": Route([person]),
        "person-active": Route([person], posts=[{}, {"active": "on"}]),
    }


# Texts that say what an environment holds, with a value in every place.
ENVIRONMENTS: Final[Mapping[str, str]] = {
    "env-file": f"AIRFLOW_CONN_CRM={URI}\nAIRFLOW_VAR_KEY={typed('text')}\nBROKEN {typed('second')}\n",
    "compose": f"services:\n  a: {{environment: {{AIRFLOW_CONN_A: '{URI}'}}}}\n"
    f"  b: {{environment: {{AIRFLOW_VAR_B: {typed('text')}}}}}\n",
    "helm": f"env:\n  - name: AIRFLOW_VAR_A\n    value: {typed('text')}\n  {typed('second')}",
    "ecs": f'{{"taskDefinition": {{"{typed("key")}": "{typed("text")}"}}}}',
    "mwaa": f'{{"Environment": {{"AirflowConfigurationOptions": {{"secrets.backend_kwargs": "{typed("text")}"}}}}}}',
    "script": f"export AIRFLOW_CONN_CRM='{URI}'\n{typed('second')} \"",
    "astro-objects": f'{{"environmentObjects": "{typed("text")}"}}',
}
EXPORTS: Final[Sequence[Data]] = (
    {"connection": f'{{"crm": "{URI}"}}', "variable": f'{{"key": "{typed("text")}"}}'},
    {"connection": f'{{"crm": {{"conn_type": "x", "{typed("key")}": "{typed("text")}"}}}}'},
    {"connection": f"crm={typed('text')}\n{typed('second')}", "variable": f"{{{typed('text')}"},
)


def _heard(world: World) -> Recipient:
    """Whoever hears of the audits of a schedule that has one with a finding."""
    known = Recipient.objects.filter(schedule__name="Walked").order_by("pk").first()
    if known is None:
        made = scheduled.schedule("Walked")
        known = scheduled.recipient(made, address="alice@example.org")
        scheduled.recipient(made, address="spare@example.org")
        scheduled.finding(scheduled.audited(made, world.prefix), world.prefix, world.sample)
    return known


def _schedules(world: World) -> Mapping[str, Route]:
    heard = _heard(world)
    schedule, spare = heard.schedule_id, heard.schedule.recipients.exclude(pk=heard.pk)[0]
    one = [(schedule, heard.pk)]
    about = {"name": "Walked", "crontab": "0 7 * * *", "zone": "UTC", "covers_all": "on"}
    times = {"crontab": "0 25 * * *", "zone": "Nowhere"}
    hook = {"kind": "webhook", "webhook": f"https://hooks.example/{typed('text')}", "shape": "generic"}
    keyed = {**hook, "webhook": "env:SECRETSUI_CREDENTIAL_HOOK", "signing_key": typed("password")}
    told = {"kind": "address", "address": "alice@example.org", "severity": "low", "rhythm": "each"}
    failed, _made = Delivery.objects.get_or_create(
        recipient=heard, address="alice@example.org", period="walk", defaults={"state": "failed", "code": "550"}
    )
    return {
        "schedules": Route(),
        "schedule-new": Route(posts=[{}, {**about, "zone": "x"}, {**about, "name": "More"}]),
        "schedule-times": Route(queries=({}, {"crontab": "0 7 * * *", "zone": "UTC"}, {"crontab": "x", "zone": "y"})),
        "schedule": Route([(schedule,)], posts=[{}, times, about]),
        "schedule-active": Route([(schedule,)], posts=[{}, {"active": "on"}]),
        "schedule-remove": Route([(schedule,)], posts=[{}]),
        "recipient-new": Route([(schedule,)], posts=[{}, hook, keyed, told]),
        "recipient": Route(one, posts=[{}, hook, keyed, told]),
        "recipient-mail": Route(one),
        "recipient-mail-html": Route(one),
        "recipient-test": Route(one),
        "recipient-remove": Route([(schedule, spare.pk)]),
        "delivery-again": Route([(schedule, failed.pk)]),
    }


def _notifications(world: World) -> Mapping[str, Route]:
    heard = _heard(world)
    tokens = {purpose: links.token(purpose, heard, heard.address) for purpose in get_args(links.Purpose)}
    return {
        "notifications": Route(),
        "notification": Route(
            [(heard.pk,)], posts=[{}, {"do": "stop"}, {"do": "snooze", "days": "7"}, {"do": "again"}]
        ),
        "unsubscribe": Route([(tokens["unsubscribe"],), ("none",)], posts=[{}, {"do": "again"}]),
        "snooze": Route([(tokens["snooze"],), ("none",)], posts=[{}, {"days": "7"}, {"days": "x"}]),
    }


def _deployments(world: World) -> Mapping[str, Route]:
    name, source = world.spare_deployment.name, world.spare_source.pk
    about = {
        "name": name,
        "stage": "prod",
        "platform": "plain",
        "airflow_version": "3.3.2",
        "api": "exported",
        "sign_in": "password",
        "check_minutes": "60",
        "backend_class": "airflow.providers.hashicorp.secrets.vault.VaultBackend",
        "backend_kwargs": f'{{"token": "{typed("text")}", "url": "https://u:{typed("password")}@vault.example"}}',
    }
    asked = {"api": "v2", "api_url": "https://airflow.example", "credential": typed("password")}
    addressed = {"api": "v2", "api_url": f"https://u:{typed('password')}@airflow.example", "credential": "env:X"}
    wrong: Sequence[Data] = [{}, {**about, **asked}, {**about, **addressed}, {**about, "airflow_version": "x"}]
    place = {"process": "any", "is_whole": "on"}
    given = [{"form": form, "text": text, **place} for form, text in ENVIRONMENTS.items()]
    chosen = {"form": "compose", "text": ENVIRONMENTS["compose"], "component": "b", **place}
    return {
        "deployments": Route(),
        "deployment-new": Route(posts=[*wrong, {**about, "name": "more"}]),
        "deployment-edit": Route([(name,)], posts=[*wrong, about]),
        "deployment-test": Route([(name,)]),
        "deployment-check": Route([(name,)]),
        "deployment-grants": Route([(name,)], posts=[{}, {"new_group": "Guests", "new_level": "1"}]),
        "deployment-sources": Route([(name,)], posts=[{}, *given, chosen]),
        "deployment-source-remove": Route([(name, source)]),
        "deployment-files": Route([(name,)], posts=[{}, *EXPORTS]),
        "deployment-import": Route([(name,)], posts=[{}, {"from": "airflow"}, {"from": str(source)}]),
        "deployment-reporter": Route([(name,)], posts=[{"do": "make"}, {"do": "revoke"}]),
        "deployment-remove": Route([(name,)], posts=[{}]),
        "report": Route([(name,)], posts=[{}, {"names": typed("text")}]),
    }
