"""What is allowed is no more than what is looked up, in the form that each place takes."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

from secretsui.core.doctor.asking import Asking, Secret
from secretsui.core.doctor.judging import Role
from secretsui.core.doctor.verdict import Facts, Key, checks, verdict
from secretsui.core.rules import iam
from secretsui.core.setup import amazon
from secretsui.core.setup.answers import Answers
from secretsui.core.setup.kwargs import VAULT_LOGINS
from secretsui.core.setup.policies import permissions
from secretsui.core.setup.snippet import Snippet
from tests.core import tools
from tests.core.setup import readers
from tests.core.setup.answered import ON_AWS, ON_SHARED, ROLE, STORES, answers, every, on_vault

SCHEMA: Final = json.loads((Path(__file__).parent / "iam_policy.schema.json").read_text(encoding="utf-8"))
HERE: Final = "arn:aws:secretsmanager:eu-central-1:444455556666:secret:"


def cards(given: Answers) -> Mapping[str, Mapping[str, Snippet]]:
    return {each.id: {snippet.id: snippet for snippet in each.snippets} for each in permissions(given)}


def policy(given: Answers) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cards(given)["role"]["iam"].text)
    return found


def statement(given: Answers, sid: str) -> dict[str, Any]:
    (found,) = [each for each in policy(given)["Statement"] if each["Sid"] == sid]
    return dict(found)


def check(found: Any) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(found)


def test_the_schema_refuses_what_is_no_policy() -> None:
    good = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a:b"], "Resource": ["*"]}]}
    check(good)
    bad: list[Any] = [
        {**good, "Version": "2026-01-01"},
        {**good, "Statements": []},
        {**good, "Statement": [{"Effect": "allow", "Action": ["a:b"], "Resource": ["*"]}]},
        {**good, "Statement": [{"Effect": "Allow", "Action": ["no-colon"], "Resource": ["*"]}]},
        {**good, "Statement": [{"Effect": "Allow", "Action": ["a:b"]}]},
        {**good, "Statement": [{"Effect": "Allow", "Action": ["a:b"], "Resource": ["secret:x"]}]},
        {
            **good,
            "Statement": [{"Effect": "Allow", "Action": ["a:b"], "Resource": ["*"], "Condition": {"Is": {"k": "v"}}}],
        },
        {**good, "Statement": [{"Effect": "Allow", "Action": ["a:b"], "Resource": ["*"], "Sid": "with-dash"}]},
    ]
    for each in bad:
        with pytest.raises(jsonschema.ValidationError):
            check(each)


def test_every_policy_of_aws_has_the_form_of_one() -> None:
    seen = 0
    for given in every():
        for card in cards(given).values():
            for name, snippet in card.items():
                if name in ("iam", "resource-policy"):
                    check(json.loads(snippet.text))
                    seen += 1
                if name == "key-policy":
                    check({"Version": "2012-10-17", "Statement": [json.loads(snippet.text)]})
    assert seen


@pytest.mark.parametrize("store", STORES)
def test_nothing_is_allowed_everywhere(store: Any) -> None:
    """A star alone stands only in the policy of the very thing that it is attached to."""
    for card in cards(answers("mwaa", store)).values():
        if "iam" in card:
            for each in json.loads(card["iam"].text)["Statement"]:
                assert "*" not in each["Resource"]
                assert "*" not in "".join(each["Action"])


def test_the_role_reads_below_the_prefixes_and_nothing_of_options_that_are_off() -> None:
    found = statement(answers(), "ReadAirflow")
    assert found["Action"] == ["secretsmanager:GetSecretValue"]
    assert found["Resource"] == [f"{HERE}airflow/connections/*", f"{HERE}airflow/variables/*"]


def test_prefixes_of_workers_are_read_as_well() -> None:
    found = statement(answers(workers="own"), "ReadAirflow")
    assert f"{HERE}workers/*" in found["Resource"]


def test_parameters_keep_the_slash_of_their_names() -> None:
    found = statement(answers(store="parameter-store"), "ReadAirflow")
    assert found["Action"] == ["ssm:GetParameter"]
    assert found["Resource"][0] == "arn:aws:ssm:eu-central-1:444455556666:parameter/airflow/connections/*"


def test_a_key_decrypts_through_its_service_alone() -> None:
    by_alias = statement(answers(), "DecryptAirflow")
    assert by_alias["Resource"] == ["arn:aws:kms:eu-central-1:444455556666:key/*"]
    assert by_alias["Condition"] == {
        "StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"},
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/airflow-secrets"},
    }
    parameters = statement(answers(store="parameter-store"), "DecryptAirflow")
    assert parameters["Condition"]["StringEquals"] == {"kms:ViaService": "ssm.eu-central-1.amazonaws.com"}


@pytest.mark.parametrize("key", ["arn:aws:kms:eu-central-1:444455556666:key/mrk-1", "mrk-1"])
def test_a_key_that_is_named_is_the_only_one(key: str) -> None:
    found = statement(answers(place=replace(ON_AWS, kms_key=key)), "DecryptAirflow")
    assert found["Resource"] == ["arn:aws:kms:eu-central-1:444455556666:key/mrk-1"]
    assert list(found["Condition"]) == ["StringEquals"]


def test_the_key_of_aws_needs_no_statement() -> None:
    found = policy(answers(place=replace(ON_AWS, kms_key="")))
    assert [each["Sid"] for each in found["Statement"]] == ["ReadAirflow"]


@pytest.mark.parametrize(
    ("region", "partition", "domain"),
    [("cn-north-1", "aws-cn", "amazonaws.com.cn"), ("us-gov-west-1", "aws-us-gov", "amazonaws.com")],
)
def test_other_partitions_have_their_own_arns(region: str, partition: str, domain: str) -> None:
    given = answers(place=replace(ON_AWS, region=region))
    assert statement(given, "ReadAirflow")["Resource"][0].startswith(f"arn:{partition}:secretsmanager:{region}:")
    assert statement(given, "DecryptAirflow")["Condition"]["StringEquals"] == {
        "kms:ViaService": f"secretsmanager.{region}.{domain}"
    }


def test_a_shared_account_is_read_where_it_is() -> None:
    given = answers(store="shared-account")
    assert statement(given, "ReadAirflow")["Resource"] == [f"{HERE}airflow/connections/*"]
    assert statement(given, "ReadShared")["Resource"] == [
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shared/connections/*"
    ]
    decrypt = statement(given, "DecryptShared")
    assert decrypt["Resource"] == ["arn:aws:kms:eu-west-1:111122223333:key/*"]
    assert decrypt["Condition"]["ForAnyValue:StringEquals"] == {"kms:ResourceAliases": "alias/shared"}


def test_the_shared_account_lets_the_role_in() -> None:
    shared = cards(answers(store="shared-account"))["shared"]
    for name in ("resource-policy", "key-policy"):
        found = json.loads(shared[name].text)
        (each,) = found.get("Statement", [found])
        assert each["Principal"] == {"AWS": ROLE}
        assert each["Resource"] == "*"
    assert json.loads(shared["key-policy"].text)["Condition"] == {
        "StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}
    }


def test_the_policy_is_put_on_each_shared_secret() -> None:
    text = cards(answers(store="shared-account"))["shared"]["resource-policy-cli"].text
    listing = (
        'aws() { if [ "$2" = list-secrets ]; then printf "arn:1\\tarn:2\\n"; else printf "%s\\0" "$@" >&3; fi; }\n'
    )
    words = told(listing + text)
    assert [readers.option(each, "--secret-id") for each in words] == ["arn:1", "arn:2"]
    for each in words:
        check(json.loads(readers.option(each, "--resource-policy")))
        assert readers.option(each, "--region") == "eu-west-1"


def told(script: str) -> list[list[str]]:
    """Each call of a stub that tells its arguments on the third channel."""
    words = tools.run(f"exec 3>&1 >/dev/null\n{script}", "bash")
    starts = [place for place, word in enumerate(words) if word == "secretsmanager"]
    return [words[start:end] for start, end in zip(starts, [*starts[1:], len(words)], strict=True)]


def test_the_aws_command_puts_the_policy_on_the_role() -> None:
    card = cards(answers())["role"]
    (call,) = readers.calls(card["iam-cli"].text, "aws")
    assert call[1:3] == ["iam", "put-role-policy"]
    assert readers.option(call, "--role-name") == "airflow"
    assert json.loads(readers.option(call, "--policy-document")) == json.loads(card["iam"].text)


def test_terraform_puts_the_same_policy_on_the_role() -> None:
    for store in ("secrets-manager", "shared-account", "parameter-store"):
        card = cards(answers(store=store))["role"]  # type: ignore[arg-type]
        text = card["iam-terraform"].text
        assert list(readers.hcl(text)) == ["resource"]
        expression = text[text.index("jsonencode(") : text.rindex("}")]
        assert json.loads(readers.terraform(expression)) == json.loads(card["iam"].text)


def test_a_single_secret_ends_in_six_unknown_characters() -> None:
    held = json.loads(cards(answers("mwaa", "vault"))["held"]["iam"].text)
    assert [each["Resource"] for each in held["Statement"]] == [
        ["arn:aws:secretsmanager:*:*:secret:airflow-backend-kwargs-??????"]
    ]
    assert "held" not in cards(answers("helm", "vault"))
    assert "held" not in cards(answers("mwaa", "vault", place=on_vault("aws_iam")))


@pytest.mark.parametrize(
    ("kv", "mount", "paths"),
    [
        (2, "secret", ["secret/data/airflow/connections/*", "secret/data/airflow/variables/*"]),
        (1, "team/kv", ["team/kv/airflow/connections/*", "team/kv/airflow/variables/*"]),
        (2, "", ["+/data/airflow/connections/*", "+/data/airflow/variables/*"]),
    ],
)
def test_vault_lets_values_be_read_and_no_more(kv: int, mount: str, paths: list[str]) -> None:
    text = cards(answers(store="vault", place=on_vault(kv=kv, mount=mount)))["vault"]["vault-policy"].text
    found = readers.hcl(text)["path"]
    assert [next(iter(each)).strip('"') for each in found] == paths
    for each in found:
        (body,) = each.values()
        assert [word.strip('"') for word in body["capabilities"]] == ["read"]


@pytest.mark.parametrize("auth", VAULT_LOGINS)
def test_vaults_commands_write_the_policy_and_the_login(auth: str, tmp_path: Path) -> None:
    text = cards(answers(store="vault", place=on_vault(auth)))["vault"]["vault"].text
    calls = readers.calls(f"AZURE_SUBSCRIPTION_ID=1 SERVICE_ACCOUNT=x\n{text}", "vault", folder=tmp_path)
    assert calls == [*(_call(line) for line in _commands(text))]
    assert ["vault", "policy", "write", "airflow-secrets", "airflow-secrets.hcl"] in calls
    given = [word for call in calls for word in call if "airflow-secrets" in word and "=" in word]
    assert any(re.fullmatch(r"(-policy|token_policies|policies|value)=airflow-secrets", word) for word in given)


def _commands(text: str) -> list[str]:
    lines = text.replace("\\\n", "").splitlines()
    return [line for line in lines if line.startswith("vault ")]


def _call(line: str) -> list[str]:
    words = shlex.split(line)
    return [word.replace("$AZURE_SUBSCRIPTION_ID", "1").replace("$SERVICE_ACCOUNT", "x") for word in words]


def test_approle_gets_the_role_id_that_airflow_uses() -> None:
    text = cards(answers(store="vault"))["vault"]["vault"].text
    calls = readers.calls(text, "vault")
    assert ["vault", "write", "auth/approle/role/airflow/role-id", "role_id=airflow-role"] in calls
    assert calls[-1] == ["vault", "write", "-f", "-field=secret_id", "auth/approle/role/airflow/secret-id"]


def test_google_binds_the_reader_to_names_that_begin_so(tmp_path: Path) -> None:
    text = cards(answers(store="google"))["google"]["gcloud"].text
    script = f"gcloud() {{ if [ $2 = describe ]; then echo 42; else printf '%s\\0' \"$@\" >&3; fi; }}\n{text}"
    found = tools.run(f"cd {shlex.quote(str(tmp_path))}\nexec 3>&1 >/dev/null\n{script}", "bash")
    assert found[:3] == ["projects", "add-iam-policy-binding", "data-prod"]
    assert "--member=serviceAccount:airflow@data-prod.iam.gserviceaccount.com" in found
    assert "--role=roles/secretmanager.secretAccessor" in found
    condition = yaml.safe_load((tmp_path / "condition.yaml").read_text())
    assert condition["expression"] == 'resource.name.startsWith("projects/42/secrets/airflow-connections-")'


def test_azure_assigns_the_reader_on_the_vault() -> None:
    (call,) = readers.calls(cards(answers(store="azure"))["azure"]["az"].text, "az")
    assert call[1:4] == ["role", "assignment", "create"]
    assert readers.option(call, "--role") == "Key Vault Secrets User"
    assert readers.option(call, "--scope").endswith("/vaults/airflow")


@pytest.mark.parametrize(("store", "name"), [("google", "google-terraform"), ("azure", "azure-terraform")])
def test_terraform_binds_the_same_roles(store: Any, name: str) -> None:
    found = readers.hcl(cards(answers(store=store))[store][name].text)
    assert len(found["resource"]) == 1
    assert "SecretAccessor" in str(found) or "secretAccessor" in str(found) or "Secrets User" in str(found)


def test_shared_secrets_of_another_region_name_it() -> None:
    given = answers(store="shared-account", place=replace(ON_SHARED, shared_region=""))
    assert ":eu-central-1:111122223333:" in statement(given, "ReadShared")["Resource"][0]


def test_the_role_that_starts_tasks_of_ecs_may_read_the_parameter() -> None:
    (held,) = json.loads(cards(answers("ecs", "vault"))["held"]["iam"].text)["Statement"]
    assert held["Action"] == ["ssm:GetParameters"]
    assert held["Resource"] == ["arn:aws:ssm:*:*:parameter/airflow-backend-kwargs"]
    assert "held" not in cards(answers("ecs", "vault", place=on_vault("aws_iam")))


def test_every_process_of_airflow_logs_in_to_vault() -> None:
    """One that may not is told nothing, and goes on with the next layer."""
    text = cards(answers(store="vault", place=on_vault("kubernetes")))["vault"]["vault"].text
    names = re.search(r"bound_service_account_names=(\S+)", text)
    assert names
    found = set(names[1].split(","))
    assert found >= {f"airflow-{each}" for each in ("worker", "scheduler", "triggerer", "dag-processor", "api-server")}


SHARED_SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}-a1B2c3"
SHARED_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234"


def diagnosed(name: str) -> str:
    """The doctor's verdict where all is allowed that the set-up prints."""
    place = replace(ON_SHARED, shared_kms_key=SHARED_KEY)
    given = answers(store="shared-account", place=place)
    role = Role.read(place.role)
    assert role
    arn = SHARED_SECRET.format(name=name)
    key = Key(SHARED_KEY, managed=False, policy={"Statement": [amazon.key_statement(place)]})
    asking = Asking(SHARED_SECRET.format(name=name).rpartition("-")[0], "eu-west-1")
    identity = [policy(given)]
    facts = Facts(role, Secret(name, arn), asking, amazon.resource_policy(place), key, identity)
    return verdict(checks(facts))


def test_what_the_set_up_prints_opens_the_shared_secrets_and_no_others() -> None:
    assert diagnosed("shared/connections/db") == "works"
    assert diagnosed("shared/connections/team/db") == "works"
    assert diagnosed("shared/connections-of-others/db") == "fails"
    assert diagnosed("airflow/connections/db") == "fails"


@pytest.mark.parametrize(
    ("store", "arn", "is_open"),
    [
        ("secrets-manager", f"{HERE}airflow/connections/db-a1B2c3", True),
        ("secrets-manager", f"{HERE}airflow/config/db-a1B2c3", False),
        ("secrets-manager", f"{HERE}airflow/connections-a1B2c3", False),
        ("parameter-store", "arn:aws:ssm:eu-central-1:444455556666:parameter/airflow/connections/db", True),
        ("parameter-store", "arn:aws:ssm:eu-central-1:444455556666:parameter/airflow/config/db", False),
        ("parameter-store", "arn:aws:ssm:eu-west-1:444455556666:parameter/airflow/connections/db", False),
    ],
)
def test_the_role_may_read_what_airflow_asks_for_and_nothing_beside(store: Any, arn: str, is_open: bool) -> None:
    found = policy(answers(store=store))
    action = "ssm:GetParameter" if store == "parameter-store" else "secretsmanager:GetSecretValue"
    assert (iam.decide([found], action, iam.Arn(arn)) == "allowed") is is_open
