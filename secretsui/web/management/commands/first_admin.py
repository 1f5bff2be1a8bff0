"""Makes the first administrator and prints a link with which they choose their password."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from secretsui.access.door import Job
from secretsui.web.links import password_link
from secretsui.web.person_record import record_person

COMMAND: Final = Job("first_admin command")


class Command(BaseCommand):
    help = "Make an administrator and print a one-time link (24 hours) to choose a password. Nobody has a default one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where people reach this service")
        parser.add_argument("--group", help="put the administrator into this group, made if need be")
        parser.add_argument("--force", action="store_true", help="also when there is an active administrator")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            UnicodeUsernameValidator()(options["username"])
        except ValidationError as error:
            raise CommandError("The username may have letters, digits and the characters @ . + - _ only.") from error
        if not options["force"] and User.objects.filter(is_superuser=True, is_active=True).exists():
            raise CommandError("There is an active administrator already. Add --force to make another one.")
        user = _administrator(options["username"], options["group"])
        self.stdout.write(f"{options['url'].rstrip('/')}{password_link(user)}")
        self.stderr.write(f"{user.username} is an administrator. The link works once, for 24 hours.")


@transaction.atomic
def _administrator(username: str, group: str | None) -> User:
    """An existing person becomes one and keeps their password; a new one has none until the link is used."""
    user, made = User.objects.get_or_create(username=username)
    user.is_active = user.is_superuser = True
    if made:
        user.set_unusable_password()
    user.save()
    if group:
        user.groups.add(Group.objects.get_or_create(name=group)[0])
    record_person(COMMAND, user)
    return user
