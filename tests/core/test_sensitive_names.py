from __future__ import annotations

import pytest

from secretsui.core.sensitive_names import is_sensitive


@pytest.mark.parametrize(
    "name",
    ["password", "client_secret", "Authorization", "aws_access_key_id", "X-Api-Key", " token ", "webhook url", "my.dsn",
     "keyfile_dict", "extra__google_cloud_platform__keyfile_dict", "credentials"],
)  # fmt: skip
def test_a_name_with_a_sensitive_word_is_secret(name):
    assert is_sensitive(name)


@pytest.mark.parametrize("name", ["", "region_name", "pass", "key", "host", "authenticator", "api"])
def test_any_other_name_is_none(name):
    assert not is_sensitive(name)
