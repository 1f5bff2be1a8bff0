from __future__ import annotations

import pytest

from secretsui.core.backends.pattern_cost import LONGEST, is_risky


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "^(aws|gcs|snowflake)_",
        "^prod_.*$",
        "^(?!aws_default$).*$",
        r"^(crm|erp|orders\-eu\.west)$",
        "^(a|b)_(c|d)_(e|f)_(g|h)$",
        r"\w+/[^/]+/.*?",
        r"^[*+?{()|]+$",
        r"a\+\*\?\{b\)+",
        "^(?P<team>crm|erp)_(db|api)",
        "(ab)+",
        "a{99999999999}",
        "|".join(f"conn_{number}" for number in range(150)),
        "(",
    ],
)
def test_what_ends_soon_is_tried(pattern: str) -> None:
    assert not is_risky(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "((a+))+$",
        "(?:(?:a?)b?)*$",
        "(a|a)*$",
        "(a|a)" * 40,
        "((((a|a)(a|a))" * 12,
        "a?" * 100,
        "a*b*c*d*",
        r"(\\+)+$",
        r"(\\\\+)*$",
        "([)]+)+$",
        "([]()]+)+$",
        r"([^]\]]+)+$",
        "(a{1,9}){1,9}{1,9}",
        "{a+b+c+d+}",
        "(a+){2,}",
        "(?x)(a+) +$",
        "(?ix:(a|a) *)$",
        "(?#[)(a+)+]$",
        "(a|b)+" + "(a|a)" * 5_000,
        "a" * (LONGEST + 1),
    ],
)
def test_what_might_not_is_left_alone(pattern: str) -> None:
    assert is_risky(pattern)
