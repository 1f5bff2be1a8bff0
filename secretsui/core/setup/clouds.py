"""What Google Cloud and Azure have to allow: roles, bound as narrowly as they let one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from secretsui.core import quoting
from secretsui.core.setup import spelling
from secretsui.core.setup.amazon import read_prefixes
from secretsui.core.setup.answers import Answers, OnAzure, OnGoogle
from secretsui.core.setup.snippet import Snippet

ACCESSOR: Final = "roles/secretmanager.secretAccessor"
READER: Final = "Key Vault Secrets User"
BY_NUMBER: Final = "Google names secrets by the number of their project in conditions, which the first line looks up."
WHOLE_VAULT: Final = (
    "Azure grants a whole vault or single secrets, never a prefix. Give Airflow a vault that holds nothing else."
)
RBAC: Final = (
    "The vault has to use Azure role-based access control. One with access policies needs get on secrets instead."
)


def google(answers: Answers) -> Iterator[Snippet]:
    place = answers.place if isinstance(answers.place, OnGoogle) else OnGoogle()
    starts = (f'resource.name.startsWith("projects/$NUMBER/secrets/{each}-")' for each in read_prefixes(answers))
    expression = " || ".join(starts)
    project = quoting.shell(place.project)
    file = f"""\
cat > condition.yaml <<EOF
title: airflow-secrets
description: Secrets that Airflow looks up
expression: '{expression}'
EOF"""
    bind = spelling.options(
        f"gcloud projects add-iam-policy-binding {project}",
        f"--member={quoting.shell(f'serviceAccount:{place.member}')}",
        f"--role={ACCESSOR}",
        "--condition-from-file=condition.yaml",
    )
    number = f"NUMBER=$(gcloud projects describe {project} --format='value(projectNumber)')"
    yield Snippet("gcloud", "gcloud", "shell", f"{number}\n{file}\n{bind}\n", (BY_NUMBER,))
    yield Snippet("google-terraform", "Terraform", "hcl", _terraform(place, expression), ())


def _terraform(place: OnGoogle, expression: str) -> str:
    condition = spelling.hcl(expression).replace("$NUMBER", "${data.google_project.airflow.number}")
    return f"""\
data "google_project" "airflow" {{
  project_id = {spelling.hcl(place.project)}
}}

resource "google_project_iam_member" "airflow_secrets" {{
  project = data.google_project.airflow.project_id
  role    = {spelling.hcl(ACCESSOR)}
  member  = {spelling.hcl(f"serviceAccount:{place.member}")}

  condition {{
    title      = "airflow-secrets"
    expression = {condition}
  }}
}}
"""


def azure(answers: Answers) -> Iterator[Snippet]:
    place = answers.place if isinstance(answers.place, OnAzure) else OnAzure()
    command = spelling.options(
        "az role assignment create",
        f"--role {quoting.shell(READER)}",
        f"--assignee-object-id {quoting.shell(place.principal)}",
        "--assignee-principal-type ServicePrincipal",
        f"--scope {quoting.shell(place.scope)}",
    )
    yield Snippet("az", "Azure CLI", "shell", f"{command}\n", (WHOLE_VAULT, RBAC))
    text = f"""\
resource "azurerm_role_assignment" "airflow_secrets" {{
  scope                = {spelling.hcl(place.scope)}
  role_definition_name = {spelling.hcl(READER)}
  principal_id         = {spelling.hcl(place.principal)}
}}
"""
    yield Snippet("azure-terraform", "Terraform", "hcl", text, ())
