"""What the access log says when somebody's account is made or changed."""

from __future__ import annotations

from django.contrib.auth.models import User

from secretsui.access import door
from secretsui.access.door import Job, Person
from secretsui.access.models import AccessEvent


def record_person(actor: Person | Job, user: User) -> None:
    """How the person stands now; call it in the transaction of the change."""
    groups = ", ".join(sorted(group.name for group in user.groups.all())) or "none"
    role = "administrator" if user.is_superuser else "not an administrator"
    detail = f"groups {groups}; {role}; {'active' if user.is_active else 'switched off'}"
    door.record_admin(actor, AccessEvent.Action.PERSON, None, detail, name=user.username)
