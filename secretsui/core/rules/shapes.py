"""What a secret looks like wherever it stands, by its form alone."""

from __future__ import annotations

import re
from typing import Final

# What a person or a tool leaves in the place of a secret.
_BLANK: Final = r"(?!\*+|<|\$\{|\{|%s|x{3,}|\.{3})"
_NAMED: Final = (  # what a secret is called
    r"(?:password|passwd|pwd|passphrase|secret|client_secret|token|access_token|auth_token|api_?key|sig|"
    r"accountkey|sharedaccesskey|aws_secret_access_key)"
)
_SHAPES: Final = {
    "private-key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"),
    # No scheme is long: without a limit each letter of a long text would be tried to its end.
    "url-password": re.compile(rf"[A-Za-z][A-Za-z0-9+.-]{{0,40}}://[^\s/?#:@]*:{_BLANK}[^\s/?#@]+@"),
    "webhook": re.compile(
        r"hooks\.slack\.com/(?:services|workflows)/\w+/\w+/\w+|discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,}"
    ),
    "token": re.compile(
        r"(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,}|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,}"
        r"|[sr]k_live_\w{16,}|dapi[0-9a-f]{32}|AIza[\w-]{35}|SG\.[\w-]{16,}\.[\w-]{16,}|hv[sb]\.[\w-]{24,}"
        r"|npm_[A-Za-z0-9]{36}|pypi-[\w-]{32,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+)"
    ),
    "aws-secret-key": re.compile(r"AKIA[A-Z2-7]{16}[^A-Za-z0-9/+]{1,8}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"),
    "parameter": re.compile(rf"(?:^|[?&;,\s]){_NAMED}\s*[=:]\s*{_BLANK}[^\s&;,]{{6,}}", re.IGNORECASE),
}
_AWS_KEY: Final = re.compile(r"(?<![A-Z0-9])AKIA[A-Z2-7]{16}(?![A-Z0-9])")


def shape(text: str) -> str:
    """Which kind of secret is in a text; "" where none is seen."""
    return next((name for name, pattern in _SHAPES.items() if pattern.search(text)), "")


def has_aws_key(text: str) -> bool:
    """The id of a key that does not end by itself; those of a session start otherwise."""
    return _AWS_KEY.search(text) is not None
