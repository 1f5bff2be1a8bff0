"""What each rule about the life of a secret says, and where its facts are from."""

from __future__ import annotations

from typing import Final

from secretsui.core.findings import Rule

_AWS: Final = "https://docs.aws.amazon.com/secretsmanager/latest/"
_ENTRY: Final = _AWS + "apireference/API_SecretListEntry.html"
_VERSIONS: Final = _AWS + "apireference/API_ListSecretVersionIds.html"
_ROTATION: Final = _AWS + "userguide/troubleshoot_rotation.html"
_REPLICAS: Final = _AWS + "apireference/API_ReplicationStatusType.html"
_TAGS: Final = _AWS + "userguide/managing-secrets_tagging.html"
_LIMITS: Final = _AWS + "userguide/reference_limits.html"
_BACKEND: Final = (
    "https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html"
)

_ANY: Final = "any Airflow"
_METADATA: Final = ("metadata",)
_DETAILS: Final = ("details",)
_EVERY: Final = ("connection", "variable", "config", "other")

ALL: Final = (
    Rule(
        "R-60",
        "Not used for a long time",
        "medium",
        _METADATA,
        "Nobody reads the secret, and whoever steals it can still use it. Our own reading does not count as use.",
        "Find out whether a Dag still needs it, then delete it with a recovery window.",
        _ENTRY,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-61",
        "Old credential, or rotation that failed",
        "medium",
        ("metadata", "value"),
        "The longer a credential stays the same, the more people and copies know it. A rotation that is overdue has "
        "failed, and may have changed the password at the service but not here.",
        "Rotate it. Where rotation is on, look into the log of its function.",
        _ROTATION,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-63",
        "Versions under an old key",
        "medium",
        _DETAILS,
        "The secret has another key now, and versions made before are still encrypted under the old one. Who may use "
        "only the new key cannot go back to them, and deleting the old key destroys them.",
        "Write the value again, so that the current and the previous version are under the new key.",
        _VERSIONS,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-68",
        "In one stage only",
        "medium",
        _METADATA,
        "The other stages have the same prefix without this secret: a Dag that needs it fails there.",
        "Create it in the other stages, or delete it where it is left over.",
        _BACKEND,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-75",
        "No owner or stage in the tags",
        "low",
        _METADATA,
        "Nobody knows whom to ask before the secret is changed or deleted, and reports about it reach nobody.",
        "Tag it with its owner and its stage.",
        _TAGS,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-76",
        "Expired, or about to expire",
        "high",
        ("metadata", "value"),
        "From that day on the service refuses the certificate or token, and every Dag that uses it fails.",
        "Renew it, store the new one, and set the tag to the new day.",
        _TAGS,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-77",
        "Replica out of step",
        "high",
        _DETAILS,
        "The copy in the other region is not the current value. An Airflow that moves there reads an old one, or none.",
        "Read what the replica's status says, mend that, and replicate again.",
        _REPLICAS,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-78",
        "Written too often",
        "low",
        _DETAILS,
        "Each write makes a version, and versions younger than a day are never removed. At more than one write in ten "
        "minutes the limit of versions is reached, and then nothing can be written.",
        "Keep what changes this often elsewhere, such as in an XCom or a table.",
        _LIMITS,
        _ANY,
        _EVERY,
    ),
    Rule(
        "R-79",
        "Nearly as large as a value may be",
        "low",
        ("value",),
        "The store refuses a larger value, so the next edit may fail.",
        "Split it, or keep the bulk elsewhere and store where it is.",
        _LIMITS,
        _ANY,
        _EVERY,
    ),
)
