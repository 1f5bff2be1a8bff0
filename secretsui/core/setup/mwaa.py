"""Settings for Amazon MWAA: typed into its console, sent by a command, kept in Terraform."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from secretsui.core import quoting
from secretsui.core.setup import spelling
from secretsui.core.setup.answers import Answers
from secretsui.core.setup.settings import Setting
from secretsui.core.setup.snippet import Snippet

REPLACES: Final = (
    "The call sets all options of the environment. Add those that it has already, which aws mwaa get-environment shows."
)
RESTARTS: Final = "MWAA takes up to half an hour to restart with other options."
NOT_SHOWN: Final = (
    "Whoever may look at an MWAA environment sees its options, so the kwargs are not one of them: "
    "they hold a secret, and the start-up script fetches them. "
    "A login with the execution role, aws_iam, needs no such secret."
)
SCRIPT: Final = (
    "Upload it to the bucket of the environment and choose it as its start-up script. "
    "The execution role has to be allowed to read the secret."
)
KEEPS_DEFAULT: Final = (
    "MWAA's own kwargs keep aws_default from being looked up. These replace them, so your pattern decides on it."
)


def console(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    shown = _options(settings)
    text = "\n".join(f"{name}\n{value}\n" for name, value in shown.items())
    notes = (NOT_SHOWN, RESTARTS) if len(shown) < len(settings) else (RESTARTS, KEEPS_DEFAULT)
    yield Snippet("mwaa", "MWAA console", "options", text, notes)


def command(settings: Sequence[Setting], answers: Answers) -> Iterator[Snippet]:
    given = quoting.shell(json.dumps(_options(settings), indent=2))
    text = spelling.options(
        "aws mwaa update-environment",
        f"--name {quoting.shell(answers.name or 'my-environment')}",
        *_region(answers),
        f"--airflow-configuration-options {given}",
    )
    yield Snippet("mwaa-cli", "AWS CLI", "shell", f"{text}\n", (REPLACES, RESTARTS))


def terraform(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    width = max(len(spelling.hcl(each.dotted)) for each in settings)
    lines = [
        f"  {spelling.hcl(each.dotted).ljust(width)} = {_value(each)}\n" for each in settings if not each.is_secret
    ]
    text = "airflow_configuration_options = {\n" + "".join(lines) + "}\n"
    notes = ("It belongs into the resource aws_mwaa_environment.",)
    yield Snippet("mwaa-terraform", "Terraform", "hcl", text, notes)


def _value(setting: Setting) -> str:
    """Kwargs as an object; but Terraform would not keep every text as it is."""
    if not setting.value.startswith("{") or not setting.value.isascii() or "\\u" in setting.value:
        return spelling.hcl(setting.value)
    return f"jsonencode({spelling.hcl(json.loads(setting.value), 2)})"


def script(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    """The one place of MWAA that a secret can come from without standing in it."""
    held = [each for each in settings if each.is_secret]
    if not held:
        return
    text = "#!/bin/bash\n" + "".join(_exported(each) for each in held)
    yield Snippet("mwaa-script", "Start-up script", "shell", text, (SCRIPT,))
    stored = "\n".join(_stored(each) for each in held)
    yield Snippet("mwaa-secret", "Store the secret", "shell", stored, ())


def _exported(setting: Setting) -> str:
    return f"""\
{setting.variable}="$(python3 -c '
import boto3
client = boto3.client("secretsmanager")
print(client.get_secret_value(SecretId="{setting.secret_name}")["SecretString"])
')"
export {setting.variable}
"""


def _stored(setting: Setting) -> str:
    words = ["aws secretsmanager create-secret", f"--name {setting.secret_name}"]
    return spelling.options(*words, f"--secret-string file://{setting.file}") + "\n"


def _options(settings: Sequence[Setting]) -> Mapping[str, str]:
    return {each.dotted: each.value for each in settings if not each.is_secret}


def _region(answers: Answers) -> Sequence[str]:
    region = getattr(answers.place, "region", "") if answers.store != "vault" else ""
    return [f"--region {quoting.shell(region)}"] if region else []
