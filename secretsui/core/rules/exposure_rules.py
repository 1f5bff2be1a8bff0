"""What each rule about who can see a secret says, and where its facts are from."""

from __future__ import annotations

from typing import Final

from secretsui.core.findings import Rule

_AWS: Final = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/"
_CROSS_ACCOUNT: Final = _AWS + "auth-and-access_examples_cross.html"
_RESOURCE_POLICIES: Final = _AWS + "auth-and-access_resource-policies.html"
_IDENTITY_POLICIES: Final = _AWS + "auth-and-access_iam-policies.html"
_PRACTICES: Final = _AWS + "best-practices.html"
_CREATING: Final = _AWS + "create_secret.html"
_MONITORING: Final = _AWS + "monitoring-cloudtrail.html"
_LISTING: Final = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html"
_IAM_KEYS: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"
_AIRFLOW: Final = "https://airflow.apache.org/docs/"
_ENVIRONMENT: Final = _AIRFLOW + "apache-airflow/stable/howto/connection.html"
_MASKING: Final = _AIRFLOW + "apache-airflow/stable/security/secrets/mask-sensitive-values.html"

_ANY: Final = "any Airflow"
_ALL_VERSIONS: Final = "Airflow 2.11 and 3.x"
_VALUE: Final = ("value",)
_DETAILS: Final = ("details",)
_EVERY: Final = ("connection", "variable", "config", "other")

ALL: Final = (
    Rule(
        "R-62",
        "Shared with another account under the key of AWS",
        "critical",
        ("metadata", "details"),
        "The policy lets another account read the secret, but nobody outside its own account can ever use the key that "
        "AWS manages. The other Airflow gets an error, or looks on in its next place.",
        "Encrypt the secret with a key of your own, and let the other account use that key.",
        _CROSS_ACCOUNT,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-64",
        "Policy that lets too many in",
        "critical",
        _DETAILS,
        "Anybody with an AWS account, or another account with every right, can read or change the secret.",
        "Name the roles that need it, and only the actions that they need.",
        _RESOURCE_POLICIES,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-65",
        "Airflow's role may do more than look up",
        "high",
        ("identity", "settings"),
        "Whoever can run a Dag has the rights of its role: it reads secrets of others, or writes and deletes them.",
        "Allow GetSecretValue alone, on the names below the prefixes that the backend asks for.",
        _IDENTITY_POLICIES,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-66",
        "Same credential in several secrets",
        "medium",
        _VALUE,
        "When the credential changes, each copy has to change at the same time. The one that is forgotten fails, and "
        "may lock the account.",
        "Keep it in one secret, or give each its own credential.",
        _PRACTICES,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-67",
        "Production credential in a stage before it",
        "high",
        _VALUE,
        "Whoever can read the secret of development or staging can log in to production.",
        "Give production a credential of its own.",
        _PRACTICES,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-69",
        "Credential in plain text in the environment",
        "high",
        ("environment",),
        "What stands in an environment variable stands in the file that sets it, in the description of the container "
        "and in each child process.",
        "Keep it in the secrets backend, or let the platform fill in the variable from a store.",
        _ENVIRONMENT,
        _ALL_VERSIONS,
        ("connection", "variable"),
    ),
    Rule(
        "R-70",
        "AWS key that never ends",
        "high",
        _VALUE,
        "The key of an IAM user works from anywhere until somebody revokes it.",
        "Let Airflow assume a role instead: leave login and password empty, and set role_arn if it is another role.",
        _IAM_KEYS,
        _ANY,
        ("connection", "variable"),
    ),
    Rule(
        "R-71",
        "Weak password",
        "medium",
        _VALUE,
        "The password is short, well known, or made of little, so that it can be guessed.",
        "Have a long one made at random.",
        _PRACTICES,
        _ANY,
        ("connection",),
    ),
    Rule(
        "R-72",
        "Secret in a description, tag or name",
        "critical",
        ("metadata",),
        "These are not encrypted, and far more people may list secrets than read them.",
        "Take it out, and change the credential: it is known.",
        _CREATING,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-73",
        "Secret in a variable that Airflow shows",
        "high",
        _VALUE,
        "Airflow masks a variable by its name alone. Under this name the value stands in its screens, API and logs.",
        "Move it into the password of a connection, or give the variable a name with a word such as secret or token.",
        _MASKING,
        "the words that Airflow 3.3 masks; older ones know fewer",
        ("variable",),
    ),
    Rule(
        "R-74",
        "Secret in a field that Airflow shows",
        "high",
        _VALUE,
        "Airflow masks the password of a connection, and extras by their names. What stands in the host, schema, login "
        "or another extra is shown in its screens, API and logs.",
        "Move it into the password, or into an extra whose name says that it is secret.",
        _MASKING,
        "the words that Airflow 3.3 masks; older ones know fewer",
        ("connection",),
    ),
    Rule(
        "R-80",
        "Read by somebody unexpected",
        "medium",
        ("access-log",),
        "A person, or a role that nobody expects, has read the secret.",
        "Ask why. If nobody knows, change the credential and take the right away.",
        _MONITORING,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-81",
        "Could not look at everything",
        "high",
        ("run",),
        "What was not looked at may be broken: silence about it is no proof.",
        "Grant the right that is missing, or wait until the service answers, and run the audit again.",
        _LISTING,
        _ANY,
        _EVERY,
    ),
)
