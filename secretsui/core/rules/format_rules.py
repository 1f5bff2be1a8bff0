"""What each rule about the format of a value says, and where its facts are from."""

from __future__ import annotations

from typing import Final

from secretsui.core.findings import Rule

_AIRFLOW: Final = "https://airflow.apache.org/docs/"
_CONNECTION: Final = _AIRFLOW + "apache-airflow/stable/howto/connection.html"
_VARIABLE: Final = _AIRFLOW + "apache-airflow/stable/howto/variable.html"
_MASKING: Final = _AIRFLOW + "apache-airflow/stable/security/secrets/mask-sensitive-values.html"
_SECRETS_MANAGER: Final = _AIRFLOW + "apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html"
_VAULT: Final = _AIRFLOW + "apache-airflow-providers-hashicorp/stable/secrets-backends/hashicorp-vault.html"
_PROVIDERS: Final = _AIRFLOW + "apache-airflow-providers/index.html"
_SNOWFLAKE: Final = _AIRFLOW + "apache-airflow-providers-snowflake/stable/connections/snowflake.html"

_ALL_VERSIONS: Final = "Airflow 2.11 and 3.x"
_VALUE: Final = ("value",)
_EVERY_KIND: Final = ("connection", "variable", "config")

ALL: Final = (
    Rule(
        "R-24",
        "Reserved character in the login or password",
        "critical",
        _VALUE,
        "The URI ends early at a /, ?, # or @ that belongs to the credentials. Airflow cannot read it, or connects "
        "elsewhere, and the error in its log shows a part of the password.",
        "Percent-encode the character, or keep the connection as JSON.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-25",
        "Quotes around the connection",
        "high",
        _VALUE,
        "Airflow takes the quotes for a part of the value: the type comes out empty and the whole text lands in one "
        "field, without an error.",
        "Store the text without the quotes.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-26",
        "Stray white space",
        "high",
        _VALUE,
        "A value of nothing but white space makes Airflow raise; a line break inside a URI is dropped, and white space "
        "around a field or a variable becomes a part of it.",
        "Remove it.",
        _CONNECTION,
        _ALL_VERSIONS,
        _EVERY_KIND,
    ),
    Rule(
        "R-27",
        "Underscore in the type of a URI",
        "high",
        _VALUE,
        "A URI's scheme cannot hold an underscore. Airflow reads an empty type and puts the rest in the wrong fields.",
        "Write a hyphen: Airflow turns it back into an underscore.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-28",
        "Plus sign where a space may be meant",
        "medium",
        _VALUE,
        "In the login, password or path of a URI a plus sign stays a plus sign. It means a space in parameters only.",
        "Write %20 for a space and %2B for a plus sign.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-29",
        "Airflow cannot take the value apart",
        "critical",
        _VALUE,
        "The connection raises when it is read. Airflow then looks in the next place, and may use an older value "
        "without saying so.",
        "Encode what stands in the wrong place, or keep the connection as JSON.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-30",
        "No connection type",
        "high",
        _VALUE,
        "Airflow does not know which hook to use. Airflow 3 says that the connection is not defined.",
        "Start the URI with the type and ://, or give the JSON a conn_type.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-31",
        "Connection type that no provider has",
        "high",
        _VALUE,
        "Airflow finds no hook for it: a misspelt name, a driver of SQLAlchemy, or a JDBC address.",
        "Use the name of the type alone.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-32",
        "JSON keys that Airflow drops",
        "high",
        _VALUE,
        "The Secrets Manager backend takes seven fields under fixed names and drops all else, so a field is lost; of "
        "two names for one field it takes the first. Other backends refuse such a key.",
        "Use conn_type, host, login, password, schema, port and extra.",
        _SECRETS_MANAGER,
        "Amazon provider 7 and later; other backends refuse unknown keys in all versions",
    ),
    Rule(
        "R-33",
        "Percent-encoded text in JSON",
        "high",
        _VALUE,
        "JSON is not decoded: the password goes to the service with its percent signs.",
        "Store the plain text.",
        _SECRETS_MANAGER,
        "Amazon provider 9 and later; before, unless are_secret_values_urlencoded is set",
    ),
    Rule(
        "R-34",
        "Setting of the backend that newer providers ignore",
        "medium",
        ("value", "backend_kwargs"),
        "full_url_mode and are_secret_values_urlencoded were removed. What relies on them is read otherwise after an "
        "upgrade, without a word in the log.",
        "Store plain JSON or an encoded URI, then remove the setting.",
        _SECRETS_MANAGER,
        "Amazon provider 7 and 8 warn; 9 and later ignore",
    ),
    Rule(
        "R-35",
        "Extra that is no object, or says a thing twice",
        "high",
        _VALUE,
        "Airflow 3 raises for an extra that is no JSON object. Of a parameter or key that stands twice the last one "
        "wins, silently.",
        "Make the extra one JSON object with each key once.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-36",
        "Extra under a name that providers no longer read",
        "medium",
        _VALUE,
        "Newer providers ignore the old name, so the setting silently has no effect.",
        "Use today's name.",
        _PROVIDERS,
        "Depends on the provider",
    ),
    Rule(
        "R-37",
        "Quotes around the variable",
        "medium",
        _VALUE,
        "Airflow hands the quotes on: whoever reads the variable as text gets them too.",
        "Store the text without the quotes.",
        _VARIABLE,
        _ALL_VERSIONS,
        ("variable",),
    ),
    Rule(
        "R-38",
        "Placeholder left in",
        "high",
        _VALUE,
        "A skeleton or an example was saved and never filled in, so it never worked.",
        "Fill in the real value.",
        _SECRETS_MANAGER,
        _ALL_VERSIONS,
        _EVERY_KIND,
    ),
    Rule(
        "R-39",
        "Key or certificate without its line breaks",
        "high",
        _VALUE,
        "PEM is read line by line: where the breaks became spaces or \\n the key cannot be loaded.",
        "Put the line breaks back.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-40",
        "Private key in a form that the provider does not take",
        "high",
        ("value", "provider_versions"),
        "The provider decodes the key from base64, or does not, depending on its version. The other form fails.",
        "Store the key in the form that the installed version wants.",
        _SNOWFLAKE,
        "Snowflake provider",
    ),
    Rule(
        "R-41",
        "Mask stored in place of the secret",
        "critical",
        _VALUE,
        "Somebody saved what a screen showed instead of the secret. The credential is gone from this version.",
        "Restore an older version, or enter the credential again.",
        _MASKING,
        _ALL_VERSIONS,
        _EVERY_KIND,
    ),
    Rule(
        "R-42",
        "No password where the type needs one",
        "high",
        _VALUE,
        "The service refuses the login. An empty password also made older versions mask every gap in the log.",
        "Enter the password, or what the type takes in its place.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-43",
        "Secret too short to be masked",
        "medium",
        _VALUE,
        "Airflow 3 masks no secret this short in its logs, so it may be printed there. Airflow 2.11 masks it wherever "
        "these letters occur, which makes logs hard to read.",
        "Use a longer secret.",
        _MASKING,
        "Airflow 3.0 and later",
    ),
    Rule(
        "R-44",
        "Capitals in the host of a URI",
        "low",
        _VALUE,
        "Airflow reads the host in lower case, which matters where it is an account name rather than an address.",
        "Keep the connection as JSON, which leaves the host as it is.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-45",
        "Changes when Airflow writes it back",
        "medium",
        _VALUE,
        "Airflow writes the connection as a URI or JSON for its cache and exports. Read again it is not the same, or "
        "the Airflow versions read different things from it.",
        "Keep the connection as JSON.",
        _CONNECTION,
        _ALL_VERSIONS,
    ),
    Rule(
        "R-46",
        "Vault entry without the key that Airflow asks for",
        "high",
        ("value", "backend"),
        "Airflow looks for value in a variable and for conn_uri or the fields in a connection. It ignores anything "
        "else, at most with a warning.",
        "Store the value under the key that is asked for, and set kv_engine_version to the engine in use.",
        _VAULT,
        "Vault provider 3 and later",
        _EVERY_KIND,
    ),
)
