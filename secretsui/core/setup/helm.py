"""Settings for the two Helm charts of Airflow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from secretsui.core import quoting
from secretsui.core.setup import spelling
from secretsui.core.setup.answers import Answers
from secretsui.core.setup.settings import Setting
from secretsui.core.setup.snippet import Snippet

FROM_KUBERNETES: Final = "The kwargs hold a secret, so they come from a secret of Kubernetes and not from the values."
OF_CONFIG: Final = "The chart writes config to airflow.cfg, where a percent sign is doubled."
KEY: Final = "kwargs"


def official(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    """The chart takes each option for a template and writes it to airflow.cfg."""
    lines = ["config:\n"]
    for section, found in groupby((each for each in settings if not each.is_secret), key=lambda each: each.section):
        lines.append(f"  {section}:\n")
        lines += [
            f"    {each.option}: {spelling.yaml(spelling.cfg(spelling.template(each.value)))}\n" for each in found
        ]
    held = [each for each in settings if each.is_secret]
    lines += ["secret:\n"] if held else []
    lines += [_env_of_secret(each) for each in held]
    notes = (FROM_KUBERNETES,) if held else (OF_CONFIG,) if any("%" in each.value for each in settings) else ()
    yield Snippet("helm", "Helm values", "yaml", "".join(lines), notes)


def _env_of_secret(setting: Setting) -> str:
    return f"  - envName: {setting.variable}\n    secretName: {setting.secret_name}\n    secretKey: {KEY}\n"


def community(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    plain = [each for each in settings if not each.is_secret]
    held = [each for each in settings if each.is_secret]
    lines = ["airflow:\n  config:\n"]
    lines += [f"    {each.variable}: {spelling.yaml(spelling.template(each.value))}\n" for each in plain]
    lines += ["  extraEnv:\n"] if held else []
    lines += [_extra_env(each) for each in held]
    yield Snippet("helm-community", "Helm values", "yaml", "".join(lines), (FROM_KUBERNETES,) if held else ())


def _extra_env(setting: Setting) -> str:
    return (
        f"    - name: {setting.variable}\n      valueFrom:\n        secretKeyRef:\n"
        f"          name: {setting.secret_name}\n          key: {KEY}\n"
    )


def secret(settings: Sequence[Setting], _answers: Answers) -> Iterator[Snippet]:
    held = [each for each in settings if each.is_secret]
    if held:
        text = "\n".join(_created(each) for each in held)
        yield Snippet("helm-secret", "kubectl", "shell", text, ("Run it in the namespace of the release.",))


def _created(setting: Setting) -> str:
    start = f"kubectl create secret generic {setting.secret_name}"
    return spelling.options(start, f"--from-file={KEY}={quoting.shell(setting.file)}") + "\n"
