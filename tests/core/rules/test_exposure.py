"""Who can see a secret: each face of each rule, what is allowed, and what nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest

from secretsui.core.rules.estate import Secret
from secretsui.core.rules.exposure import CHECKS, RULES
from secretsui.core.rules.outcome import PASSED, Failed, Outcome, Unchecked
from tests.core.rules.estates import estate

NAME = "airflow/connections/db"
VARIABLE = "airflow/variables/limit"
OWN, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OTHER}:role/airflow"
GITHUB = "ghp_" + "s" * 36
OF_VALUES = ("R-66", "R-70", "R-71", "R-73", "R-74")
OF_SECRETS = ("R-62", "R-64", "R-72", *OF_VALUES)


def judged(rule: str, spec: dict[str, Any]) -> list[Outcome]:
    return [outcome for _, outcome in CHECKS[rule](estate(spec))]


def of(rule: str, options: dict[str, Any] | None = None, **fields: Any) -> list[Outcome]:
    return judged(rule, {"secrets": [{"name": NAME, **fields}], "options": options or {}})


def codes(found: list[Outcome]) -> list[str]:
    return [each.code for each in found if isinstance(each, Failed)]


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    usual = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [usual | each for each in statements]}


def test_every_rule_has_words() -> None:
    assert list(CHECKS) == list(RULES)


@pytest.mark.parametrize("rule", OF_SECRETS)
def test_what_waits_for_its_deletion_is_left_alone(rule: str) -> None:
    deleted = {"deleted_at": "-1d", "traits": None, "description": GITHUB, "details": {"policy": None}}
    assert of(rule, **deleted) + judged(rule, {"secrets": [{"name": VARIABLE, **deleted}]}) == []


@pytest.mark.parametrize("rule", [*OF_VALUES, "R-67"])
def test_a_value_that_was_not_read_is_not_checked(rule: str) -> None:
    name = VARIABLE if rule == "R-73" else NAME
    for fields, reason in (
        ({"traits": None}, "not-read"),
        ({"traits": None, "read_error": "denied"}, "denied"),
        ({"traits": {"is_readable": False}}, "unreadable"),
    ):
        assert judged(rule, {"secrets": [{"name": name, **fields}]}) == [Unchecked(reason)]
    assert judged(rule, {"secrets": [{"name": name, "traits": None, "form": "binary"}]}) == []


@pytest.mark.parametrize("rule", ["R-64", "R-70", "R-71", "R-72", "R-74"])
def test_nothing_passes_below_a_prefix_that_was_not_listed(rule: str) -> None:
    spec = {
        "scopes": [{"path": "airflow/connections", "complete": False, "problem": "slow"}],
        "secrets": [{"name": NAME, "traits": {"fields": ["password"]}}],
    }
    assert judged(rule, spec) == [Unchecked("slow")]


class TestDefaultKey:
    def of(self, *statements: dict[str, Any], keys: Any = None, **fields: Any) -> list[Outcome]:
        return of("R-62", details={"policy": policy(*statements), "version_keys": keys}, **fields)

    def test_no_key_means_the_one_of_aws(self) -> None:
        expected = [Failed("default-key", "kms_key_id")]
        shared = {"Principal": {"AWS": ROLE}}
        assert self.of(shared) == expected
        for key in ("alias/aws/secretsmanager", f"arn:aws:kms:eu-central-1:{OWN}:alias/aws/secretsmanager"):
            assert self.of(shared, kms_key_id=key) == expected
        assert self.of(shared, kms_key_id="DefaultEncryptionKey") == expected
        assert self.of(shared, kms_key_id="1234", keys={"v1": ["DefaultEncryptionKey"]}) == expected

    def test_an_id_alone_does_not_say_whose_key_it_is(self) -> None:
        shared = {"Principal": {"AWS": [OTHER]}}
        assert self.of(shared, kms_key_id="1234") == [Unchecked("no-key")]
        assert self.of(shared, kms_key_id="1234", keys={"v0": ["1234"]}) == [Unchecked("no-key")]
        assert self.of(shared, kms_key_id="1234", keys={"v1": ["1234"], "v0": ["DefaultEncryptionKey"]}) == [PASSED]

    @pytest.mark.parametrize(
        "statement",
        [
            {"Principal": {"AWS": f"arn:aws:iam::{OWN}:root"}},
            {"Principal": {"AWS": OWN}},
            {"Principal": {"Service": "rds.amazonaws.com"}},
            {"Principal": {"AWS": ROLE}, "Effect": "Deny"},
            {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": OWN}}},
            {"Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": [OWN]}}},
        ],
    )
    def test_it_is_only_about_what_another_account_may_read(self, statement: dict[str, Any]) -> None:
        assert self.of(statement) == []

    @pytest.mark.parametrize(
        "statement",
        [
            {"Principal": "*"},
            {"Principal": {"AWS": ["*"]}},
            {"Principal": {"AWS": f"arn:aws-cn:sts::{OTHER}:assumed-role/a/b"}},
            {"NotPrincipal": {"AWS": OWN}},
            {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": [OWN, OTHER]}}},
            {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-sample"}}},
        ],
    )
    def test_ways_to_let_another_account_in(self, statement: dict[str, Any]) -> None:
        assert codes(self.of(statement)) == ["default-key"]

    def test_what_is_missing_is_said(self) -> None:
        assert of("R-62", details={"policy": None}) == [Unchecked("no-details")]
        scope = {"path": "airflow/connections", "account_id": ""}
        secret = {"name": NAME, "details": {"policy": policy({"Principal": {"AWS": ROLE}})}}
        assert judged("R-62", {"scopes": [scope], "secrets": [secret]}) == [Unchecked("no-account-id")]

    def test_a_single_statement_need_not_be_in_a_list(self) -> None:
        single = {"Statement": policy({"Principal": {"AWS": ROLE}})["Statement"][0]}
        assert codes(of("R-62", details={"policy": single})) == ["default-key"]


class TestOpenPolicy:
    def of(self, *statements: dict[str, Any]) -> list[Outcome]:
        return of("R-64", details={"policy": policy(*statements)})

    def test_everybody(self) -> None:
        assert self.of({"Principal": {"AWS": ROLE}}, {"Principal": "*"}) == [Failed("public", "policy", "statement 2")]
        assert codes(self.of({"Principal": {"AWS": [ROLE, "*"]}})) == ["public"]
        assert codes(self.of({"Principal": "*"}, {"Principal": "*"})) == ["public"]
        assert self.of({"Principal": "*", "Effect": "Deny"}) == [PASSED]
        assert of("R-64", details={"policy": {}}) == [PASSED]
        assert of("R-64", details={"policy": None}) == [Unchecked("no-details")]

    def test_everybody_but_some(self) -> None:
        assert codes(self.of({"NotPrincipal": {"AWS": OWN}})) == ["all-but"]

    @pytest.mark.parametrize(
        ("condition", "is_open"),
        [
            ({"StringEquals": {"aws:PrincipalOrgID": "o-sample"}}, False),
            ({"ArnLike": {"AWS:principalArn": [ROLE]}}, False),
            ({"StringEquals": {"aws:PrincipalTag/team": "data"}}, False),
            ({"StringNotEquals": {"aws:PrincipalOrgID": "o-sample"}}, True),
            ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-sample"}}, True),
            ({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-sample"}}, True),
            ({"Null": {"aws:PrincipalOrgID": "false"}}, True),
            ({"StringLike": {"aws:PrincipalArn": "*"}}, True),
            ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True),
            ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ],
    )
    def test_conditions_that_leave_a_few(self, condition: dict[str, Any], is_open: bool) -> None:
        assert codes(self.of({"Principal": "*", "Condition": condition})) == (["public"] if is_open else [])

    @pytest.mark.parametrize("action", ["*", ["secretsmanager:GetSecretValue", "SecretsManager:*"]])
    def test_every_action_for_another_account(self, action: Any) -> None:
        assert self.of({"Principal": {"AWS": ROLE}, "Action": action}) == [
            Failed("every-action", "policy", "statement 1", severity="high")
        ]
        assert self.of({"Principal": {"AWS": OWN}, "Action": action}) == [PASSED]

    def test_all_actions_but_one_are_too_many(self) -> None:
        statement = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "NotAction": "secretsmanager:DeleteSecret"}
        assert codes(of("R-64", details={"policy": {"Statement": [statement]}})) == ["every-action"]

    def test_what_a_policy_should_be_like(self) -> None:
        assert self.of({"Principal": {"AWS": ROLE}}) == [PASSED]


class TestIdentity:
    def of(self, *statements: dict[str, Any], **fields: Any) -> list[Outcome]:
        return judged("R-65", {"deployments": [{"identity": [policy(*statements)], **fields}]})

    def reads(self, *names: str, **fields: Any) -> list[Outcome]:
        arns = [f"arn:aws:secretsmanager:eu-central-1:{OWN}:secret:{name}" for name in names]
        return self.of({"Resource": arns}, **fields)

    def test_reading_below_the_prefixes_is_enough(self) -> None:
        names = ("airflow/connections/*", "airflow/variables/*", "airflow/config/?*", "airflow/connections/db-??????")
        assert self.reads(*names) == [PASSED]

    def test_reading_more(self) -> None:
        for name in ("airflow/*", "airflow/connections*", "other/*"):
            assert self.reads("airflow/connections/*", name) == [
                Failed("reads-more", "policy", "statement 1", severity="medium")
            ]

    @pytest.mark.parametrize("resource", ["*", "arn:aws:*", "arn:aws:secretsmanager:*", "arn:aws:secretsmanager:*:*:*"])
    def test_reading_everything(self, resource: str) -> None:
        expected = [Failed("reads-everything", "policy", "statement 1", severity="high")]
        assert self.of({"Resource": resource}) == self.reads("*") == expected
        assert codes(self.of({"Resource": resource, "Action": "*"})) == ["may-write", "reads-everything"]

    def test_what_is_not_about_secrets_does_not_count(self) -> None:
        assert self.of({"Resource": "arn:aws:s3:::data/*", "Action": "*", "Effect": "Deny"}) == [PASSED]
        assert self.of({"Action": "secretsmanager:ListSecrets"}) == [PASSED]
        assert self.of({"Action": "s3:*"}) == [PASSED]
        assert self.of({"Resource": f"arn:aws:logs:eu-central-1:{OWN}:log-group:other"}) == [PASSED]
        assert self.of({"Resource": "arn:aws:s3:::data/*"}) == [PASSED]

    @pytest.mark.parametrize(
        "action", ["PutSecretValue", "CreateSecret", "Update*", "deleteSecret", "PutResourcePolicy"]
    )
    def test_writing(self, action: str) -> None:
        assert self.of({"Action": f"secretsmanager:{action}"}) == [
            Failed("may-write", "policy", "statement 1", severity="high")
        ]

    def test_what_is_not_excluded_is_allowed(self) -> None:
        rest = {
            "Effect": "Allow",
            "NotAction": ["iam:*"],
            "Resource": f"arn:aws:secretsmanager:x:{OWN}:secret:airflow/x",
        }
        assert codes(judged("R-65", {"deployments": [{"identity": [{"Statement": rest}]}]})) == [
            "may-write", "reads-more",
        ]  # fmt: skip
        rest["NotAction"] = ["SecretsManager:*"]
        assert judged("R-65", {"deployments": [{"identity": [{"Statement": rest}]}]}) == [PASSED]
        other = {"Effect": "Allow", "Action": "secretsmanager:Get*", "NotResource": "arn:aws:s3:::data"}
        assert codes(judged("R-65", {"deployments": [{"identity": [{"Statement": other}]}]})) == ["reads-everything"]

    def test_a_condition_may_be_enough(self) -> None:
        condition = {"StringEquals": {"aws:ResourceTag/team": "data"}}
        assert self.of({"Condition": condition}) == [Unchecked("conditions")]
        assert codes(self.of({"Condition": condition}, {})) == ["reads-everything"]
        assert self.of({"Condition": condition, "Action": "s3:*"}) == [PASSED]

    def test_the_prefixes_are_those_of_the_backend(self) -> None:
        kwargs = {"connections_prefix": "team", "variables_prefix": None, "config_prefix": "team-config", "sep": "-"}
        assert self.reads("team-*", "team-config-*", kwargs=kwargs) == [PASSED]
        assert codes(self.reads("airflow/variables/*", kwargs=kwargs)) == ["reads-more"]
        assert self.reads("anything*", kwargs={"connections_prefix": ""}) == [PASSED]

    def test_the_shared_account_has_a_prefix_too(self) -> None:
        shared = {"backend": "shared", "kwargs": {"shared_account": OTHER, "connections_prefix_shared": "shared/"}}
        assert self.reads("shared/*", **shared) == [PASSED]
        assert codes(self.reads("other/*", **shared)) == ["reads-more"]

    def test_workers_may_have_a_backend_of_their_own(self) -> None:
        kwargs = {"connections_prefix": "work"}
        names = ("work/*", "airflow/connections/*")
        assert self.reads(*names, worker_backend="secrets-manager", worker_kwargs=kwargs) == [PASSED]
        assert codes(self.reads("work/*")) == ["reads-more"]

    def test_all_processes_of_airflow_2_have_one_chain(self) -> None:
        assert self.reads("airflow/connections/*", airflow="2.11") == [PASSED]

    def test_it_is_about_airflows_that_look_into_secrets_manager(self) -> None:
        assert judged("R-65", {"deployments": [{"identity": None}]}) == [Unchecked("no-identity")]
        assert judged("R-65", {"deployments": [{"identity": None, "backend": None}]}) == []
        assert judged("R-65", {"deployments": [{"identity": None, "backend": "vault"}]}) == []


def using(name: str, seen: str, field: str = "password", **more: Any) -> dict[str, Any]:
    return {"name": name, "traits": {"fields": [field]}, "prints": {field: seen}, **more}


class TestRepeated:
    def test_every_secret_that_has_it_is_named(self) -> None:
        spec = {"secrets": [using("airflow/connections/a", "1"), using("airflow/connections/b", "1", "extra.token")]}
        ref = "secret:prod/eu-central-1/airflow/connections/"
        assert judged("R-66", spec) == [
            Failed("repeated", "password", facts={"others": 1}, related=[ref + "b"]),
            Failed("repeated", "extra.token", facts={"others": 1}, related=[ref + "a"]),
        ]

    def test_a_credential_of_its_own_passes_and_none_is_not_judged(self) -> None:
        spec = {"secrets": [using("airflow/connections/a", "1"), using("airflow/connections/b", "2")]}
        assert judged("R-66", spec) == [PASSED, PASSED]
        for seen in ("", "?"):
            spec = {"secrets": [using("airflow/connections/a", seen), using("airflow/connections/b", seen)]}
            assert judged("R-66", spec) == []
        assert of("R-66", prints={"host": "1"}) == []
        assert of("R-66", traits={"fields": ["extra.token"]}) == []

    def test_the_name_of_a_variable_may_say_that_it_is_one(self) -> None:
        password = {"prints": {"text": "1"}}
        spec = {"secrets": [{"name": "airflow/variables/db_password", **password}, using(NAME, "1")]}
        assert codes(judged("R-66", spec)) == ["repeated", "repeated"]
        assert judged("R-66", {"secrets": [{"name": VARIABLE, **password}, using(NAME, "1")]}) == [PASSED]

    def test_the_name_of_a_connection_says_nothing(self) -> None:
        named = {"name": "airflow/connections/api_token", "prints": {"text": "1"}}
        assert judged("R-66", {"secrets": [named]}) == []

    def test_one_that_was_not_read_stops_nothing(self) -> None:
        unread = {"name": "airflow/connections/a", "traits": None, "prints": {"password": "1"}}
        assert judged("R-66", {"secrets": [unread, using(NAME, "1")]}) == [Unchecked("not-read"), PASSED]

    def test_a_field_is_counted_once(self) -> None:
        twice = using("airflow/variables/db_password", "1", "text")
        assert judged("R-66", {"secrets": [twice]}) == [PASSED]

    def test_one_secret_may_hold_it_twice(self) -> None:
        twice = {"name": NAME, "traits": {"fields": ["password", "extra.token"]}}
        assert of("R-66", **{**twice, "prints": {"password": "1", "extra.token": "1"}}) == [PASSED]

    def test_a_replica_is_no_second_secret(self) -> None:
        replica = using(NAME, "1", region="eu-west-1", primary_region="eu-central-1")
        assert judged("R-66", {"secrets": [using(NAME, "1"), replica]}) == [PASSED]
        primary = using(NAME, "1", primary_region="eu-central-1")
        assert codes(judged("R-66", {"secrets": [primary, using("airflow/connections/b", "1")]})) == ["repeated"] * 2

    def test_no_more_than_ten_are_named(self) -> None:
        found = judged("R-66", {"secrets": [using(f"airflow/connections/{n:02}", "1") for n in range(12)]})
        assert [(dict(each.facts), len(each.related)) for each in found if isinstance(each, Failed)] == [
            ({"others": 11}, 10)
        ] * 12

    def test_many_that_share_one_are_each_looked_at_a_few_times(self, monkeypatch: pytest.MonkeyPatch) -> None:
        refs = Secret.ref
        asked: list[str] = []

        def counted(secret: Secret) -> str:
            asked.append(secret.name)
            assert refs.fget
            return str(refs.fget(secret))

        monkeypatch.setattr(Secret, "ref", property(counted))
        spec = {"secrets": [using(f"airflow/connections/{n:02}", "1", tags={"env": "prod"}) for n in range(40)]}
        assert len(codes(judged("R-66", spec))) == 40
        assert len(asked) < 40 * 5

    def test_what_production_shares_with_development_is_another_rules(self) -> None:
        spec = {
            "secrets": [
                using("airflow/connections/a", "1", tags={"env": "prod"}),
                using("airflow/connections/b", "1", tags={"env": "dev"}),
            ]
        }
        assert judged("R-66", spec) == [PASSED, PASSED]
        spec["secrets"].append(using("airflow/connections/c", "1", tags={"env": "test"}))
        assert codes(judged("R-66", spec)) == ["repeated", "repeated"]


class TestLeakedDown:
    def of(self, seen: str, **other: Any) -> list[Outcome]:
        tags = {"env": "prod"}
        return judged("R-67", {"secrets": [using(NAME, "1", tags=tags), using("airflow/connections/x", seen, **other)]})

    @pytest.mark.parametrize(
        "stage", ["dev", "Development", "staging", "qa", "preprod", "test", "int", "uat", "sandbox", "stage"]
    )
    def test_a_credential_of_production_in_a_stage_before_it(self, stage: str) -> None:
        related = ["secret:prod/eu-central-1/airflow/connections/x"]
        assert self.of("1", tags={"ENV": stage}) == [
            Failed("same-as-before", "password", facts={"others": 1}, related=related)
        ]

    @pytest.mark.parametrize("stage", ["emea", ""])
    def test_what_is_no_stage_before_it_does_not_count(self, stage: str) -> None:
        assert self.of("1", tags={"env": stage}) == [PASSED]

    def test_a_credential_of_its_own_passes(self) -> None:
        assert self.of("2", tags={"env": "dev"}) == [PASSED]

    def test_the_account_or_the_path_may_tell_the_stage(self) -> None:
        scopes = [
            {"path": "airflow/connections", "account": "a", "environment": "production"},
            {"path": "airflow/connections", "account": "b", "environment": "stage"},
        ]
        secrets = [using(NAME, "1", account=name, tags={}) for name in "ab"]
        assert codes(judged("R-67", {"scopes": scopes, "secrets": secrets})) == ["same-as-before"]
        secrets = [using(f"{name}/connections/a", "1", tags={}) for name in ("live", "dev")]
        assert codes(judged("R-67", {"secrets": secrets})) == ["same-as-before"]

    def test_it_is_about_production_with_credentials(self) -> None:
        assert of("R-67", tags={"env": "dev"}, traits=None) == []
        last = using(NAME, "1", tags={"env": "prod"})
        unread = {"name": "airflow/connections/a", "traits": None, "tags": {"env": "prod"}}
        assert judged("R-67", {"secrets": [unread, last]}) == [Unchecked("not-read"), PASSED]
        assert judged("R-67", {"secrets": [using("airflow/connections/a", "2", tags={}), last]}) == [PASSED]
        assert of("R-67", tags={"env": "prod"}) == []


class TestEnvironment:
    def of(self, *entries: dict[str, Any], layers: Any = (), **fields: Any) -> list[Outcome]:
        usual = {"layer": "environment", "source": "env-file", "line": 3, "is_literal": True}
        found = {"key": "db", "entries": [usual | each for each in entries], **fields}
        return judged("R-69", {"deployments": [{"ids": [found], "layers": layers}]})

    def test_a_password_in_a_file(self) -> None:
        expected = [Failed("plain", "password", "line 3", {"source": "env-file"})]
        assert self.of({"prints": {"host": "0", "password": "1"}}) == expected
        worker = {"layer": "worker-environment", "line": 0, "source": "helm", "prints": {"password": "1"}}
        assert self.of(worker) == [Failed("plain", "password", "", {"source": "helm"})]

    def test_a_field_is_named_once(self) -> None:
        assert codes(self.of({"prints": {"password": "1"}}, {"prints": {"password": "1"}})) == ["plain"]
        assert codes(self.of({"prints": {"password": "1"}}, {"prints": {"extra.token": "1"}})) == ["plain", "plain"]

    @pytest.mark.parametrize(
        "entry",
        [
            {"prints": {"host": "1", "login": "2"}},
            {"prints": {"password": ""}},
            {"prints": {"password": "?"}},
            {"prints": {"extra.token@3.3-sdk": "1"}},
            {"prints": {"extra.api_host": "1"}, "conn_type": "datadog"},
            {"prints": {"extra.sslmode": "1"}},
            {"prints": {"password": "1"}, "is_literal": False},
        ],
    )
    def test_what_holds_no_credential_passes(self, entry: dict[str, Any]) -> None:
        assert self.of(entry) == [PASSED]

    def test_extras_that_are_secret_by_name_or_by_type(self) -> None:
        assert codes(self.of({"prints": {"extra.api_key": "1"}})) == ["plain"]
        assert codes(self.of({"prints": {"extra.app_key": "1"}, "conn_type": "datadog"})) == ["plain"]
        assert self.of({"prints": {"extra.app_key": "1"}}) == [PASSED]

    def test_a_variable_whose_name_is_a_secrets(self) -> None:
        text = {"prints": {"text": "1"}}
        assert self.of(text, kind="variable") == self.of({"prints": {}}, kind="variable") == [PASSED]
        assert self.of(text, kind="variable", key="api_token") == [
            Failed("plain", "text", "line 3", {"source": "env-file"})
        ]

    def test_what_cannot_be_read_is_not_checked(self) -> None:
        assert self.of({"prints": {}}) == self.of({"prints": {"fields": "?", "text": "1"}}) == [Unchecked("unreadable")]

    def test_other_layers_do_not_count(self) -> None:
        assert self.of({"layer": "metastore", "prints": {"password": "1"}}) == self.of() == []

    def test_a_layer_that_is_not_known_is_said_and_lets_nothing_pass(self) -> None:
        layers = [{"layer": "environment", "kind": "connection", "problem": "no-report"}]
        assert self.of(layers=layers) == [Unchecked("no-report")]
        assert self.of({"prints": {"host": "1"}}, layers=layers) == [Unchecked("no-report")] * 2
        assert codes(self.of({"prints": {"password": "1"}}, layers=layers)) == ["plain"]
        assert self.of({"prints": {"text": "1"}}, layers=layers, kind="variable") == [Unchecked("no-report"), PASSED]
        assert self.of(layers=[{"layer": "metastore", "kind": "connection", "problem": "slow"}]) == []


class TestKeysAndPasswords:
    def test_a_key_that_never_ends(self) -> None:
        assert of("R-70", traits={"keys": {"login": "aws-access-key"}}) == [Failed("aws-access-key", "login")]
        variable = {"name": VARIABLE, "traits": {"keys": {"text": "aws-access-key"}}}
        assert judged("R-70", {"secrets": [variable]}) == [Failed("aws-access-key", "text")]
        assert of("R-70") == [PASSED]
        assert judged("R-70", {"secrets": [{"name": "airflow/config/x", "traits": None}]}) == []

    @pytest.mark.parametrize(
        ("why", "severity"),
        [("login", "high"), ("common", "high"), ("repeated", "high"), ("digits", None), ("short", None)],
    )
    def test_a_weak_password(self, why: str, severity: Any) -> None:
        traits = {"fields": ["password"], "weak": {"password": why}}
        assert of("R-71", traits=traits) == [Failed(why, "password", severity=severity)]

    def test_only_passwords_are_judged(self) -> None:
        assert of("R-71", traits={"fields": ["password"]}) == [PASSED]
        assert of("R-71", traits={"fields": ["extra.token"]}) == of("R-71") == []
        assert judged("R-71", {"secrets": [{"name": VARIABLE, "traits": None}]}) == []


class TestMetadata:
    def test_where_a_secret_does_not_belong(self) -> None:
        assert of("R-72", description=f"the key is {GITHUB}") == [Failed("token", "description")]
        assert of("R-72", tags={"note": GITHUB}) == [Failed("token", "tags.note")]
        assert of("R-72", tags={"password": "sample-not-real"}) == [Failed("parameter", "tags.password")]
        assert of("R-72", tags={GITHUB: "x"}) == [Failed("token", "tags")]
        assert judged("R-72", {"secrets": [{"name": f"airflow/connections/{GITHUB}"}]}) == [Failed("token", "name")]

    def test_a_place_is_named_once_and_each_by_itself(self) -> None:
        found = of("R-72", description=GITHUB, tags={GITHUB: "x", "glpat-" + "s" * 20: "y"})
        assert [(each.field) for each in found if isinstance(each, Failed)] == ["tags", "description"]

    def test_usual_metadata_passes(self) -> None:
        assert of("R-72", description="Password of the CRM: ask data", tags={"owner": "data"}) == [PASSED]


class TestShown:
    def test_a_variable_under_a_name_that_airflow_shows(self) -> None:
        shown = {"exposed": {"text": "token"}}
        assert judged("R-73", {"secrets": [{"name": VARIABLE, "traits": shown}]}) == [Failed("token", "text")]
        assert judged("R-73", {"secrets": [{"name": VARIABLE}]}) == [PASSED]
        for name in ("api_token", "API-KEY"):
            assert judged("R-73", {"secrets": [{"name": f"airflow/variables/{name}", "traits": shown}]}) == [PASSED]
        assert judged("R-73", {"secrets": [{"name": "airflow/variables/api_token", "traits": None}]}) == [PASSED]
        assert of("R-73", traits=shown) == []

    def test_a_team_may_mask_more_names(self) -> None:
        secrets = [{"name": VARIABLE, "traits": {"exposed": {"text": "token"}}}]
        more = {"environ": {"AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES": " Comment,LIM "}}
        assert judged("R-73", {"secrets": secrets, "deployments": [more]}) == [PASSED]
        for other in ({"name": "b"}, {"name": "b", "environ": None}):
            assert codes(judged("R-73", {"secrets": secrets, "deployments": [more, other]})) == ["token"]
        none = {"environ": {"AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES": " , "}}
        assert codes(judged("R-73", {"secrets": secrets, "deployments": [none]})) == ["token"]

    def test_fields_of_a_connection_that_airflow_shows(self) -> None:
        assert of("R-74", traits={"exposed": {"host": "url-password", "extra.app_key": "declared"}}) == [
            Failed("url-password", "host"),
            Failed("declared", "extra.app_key", severity="medium"),
        ]
        assert of("R-74") == [PASSED]
        assert judged("R-74", {"secrets": [{"name": VARIABLE, "traits": {"exposed": {"text": "token"}}}]}) == []


class TestReaders:
    USER = f"arn:aws:iam::{OWN}:user/ana"
    SSO = f"arn:aws:sts::{OWN}:assumed-role/AWSReservedSSO_Admin_0/ana"
    AIRFLOW = f"arn:aws:sts::{OWN}:assumed-role/airflow/task"

    def of(self, *readers: tuple[str, int], expected: Any = ()) -> list[Outcome]:
        found = [(who, NAME, times) for who, times in readers]
        return judged("R-80", {"secrets": [{"name": NAME}], "readers": found, "options": {"readers": expected}})

    def test_people_are_strange(self) -> None:
        for person in (self.USER, self.SSO, f"arn:aws:iam::{OWN}:root"):
            assert self.of((person, 2), (person, 1), (self.AIRFLOW, 9)) == [
                Failed("person", person, facts={"principal": person, "times": 3})
            ]

    def test_who_is_expected_is_not(self) -> None:
        assert self.of((self.USER, 1), expected=["*:user/ana"]) == [PASSED]
        assert self.of((self.AIRFLOW, 1), expected=["*:user/ana"]) == [
            Failed("unknown", self.AIRFLOW, facts={"principal": self.AIRFLOW, "times": 1})
        ]

    def test_what_nobody_read_passes(self) -> None:
        assert self.of() == self.of((self.AIRFLOW, 5)) == [PASSED]
        assert judged("R-80", {"secrets": [{"name": NAME}], "readers": [[self.USER, "other", 1]]}) == [PASSED]

    def test_without_a_log_nobody_can_tell(self) -> None:
        assert judged("R-80", {"secrets": [{"name": NAME}, {"name": VARIABLE}]}) == [Unchecked("no-access-log")] * 2


class TestGaps:
    PREFIX = "prefix:prod/eu-central-1/airflow/connections"

    def of(self, *gaps: tuple[str, str, str], **scope: Any) -> list[Outcome]:
        found = [dict(zip(("subject", "what", "reason"), gap, strict=True)) for gap in gaps]
        scopes = [{"path": "airflow/connections", **scope}]
        secrets = [{"name": NAME}, {"name": "airflow/connections/b"}]
        return judged("R-81", {"scopes": scopes, "secrets": secrets, "deployments": [{}], "gaps": found})

    def test_everything_was_looked_at(self) -> None:
        assert self.of() == [PASSED, PASSED]

    def test_each_reason_is_a_finding(self) -> None:
        refs = [f"secret:prod/eu-central-1/airflow/connections/{key}" for key in ("db", "b")]
        assert self.of((refs[0], "value", "denied"), (refs[1], "value", "denied"), (refs[1], "value", "slow")) == [
            Failed("value", "denied", facts={"reason": "denied", "times": 2}),
            Failed("value", "slow", facts={"reason": "slow", "times": 1}),
            PASSED,
        ]
        assert self.of((self.PREFIX, "details", "denied"), ("deployment:prod", "layer", "expired")) == [
            Failed("details", "denied", facts={"reason": "denied", "times": 1}, severity="medium"),
            Failed("layer", "expired", facts={"reason": "expired", "times": 1}),
        ]

    def test_a_prefix_that_is_not_complete_is_a_gap_though_nobody_said_so(self) -> None:
        expected = Failed("listing", "never-listed", facts={"reason": "never-listed", "times": 1})
        assert self.of(complete=False) == [expected, PASSED]
        assert self.of(complete=False, problem="slow") == [
            Failed("listing", "slow", facts={"reason": "slow", "times": 1}),
            PASSED,
        ]
        assert codes(self.of((self.PREFIX, "listing", "broken-off"), complete=False, problem="slow")) == ["listing"]
        assert self.of((self.PREFIX, "listing", "denied"), complete=False, problem="denied") == [
            Failed("listing", "denied", facts={"reason": "denied", "times": 1}),
            PASSED,
        ]
