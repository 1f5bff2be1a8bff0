"""One-time links with which a person chooses a password: the only way into a new account."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import User
from django.urls import reverse


def password_link(user: User) -> str:
    """The path of a link that works once, for PASSWORD_RESET_TIMEOUT (24 hours). Keep it out of logs and sessions."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
