"""The only way to what bars a role from a secret: decide, record, then ask."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from secretsui.access import events, policy
from secretsui.access.door import Person
from secretsui.access.models import AccessEvent
from secretsui.core.doctor.asking import Asking
from secretsui.core.doctor.judging import Role
from secretsui.core.doctor.verdict import Facts, Untold
from secretsui.inventory import places, wiring
from secretsui.inventory.models import Prefix
from secretsui.stores.base import StoreError, Unable

logger = logging.getLogger(__name__)

NOT_YOURS: Final = Untold("not-yours")
Outcome = AccessEvent.Outcome


def open_doctor(actor: Person, prefix: Prefix) -> DoctorDoor:
    """For whoever may list the prefix, and for administrators; raises `policy.NotVisible` for all others."""
    if policy.level(actor.user, prefix) is None and not policy.may_administer(actor.user):
        raise policy.NotVisible
    return DoctorDoor(actor, prefix)


class DoctorDoor:
    def __init__(self, actor: Person, prefix: Prefix) -> None:
        self.actor, self.prefix = actor, prefix

    def facts(self, name: str, role: Role, asking: Asking) -> Facts:
        """What is known of every lock between this role and this secret. No value is read.

        Raises `policy.NotVisible`, `events.NotRecorded` or, where the secret cannot be described, a `StoreError`.
        """
        if places.owner(self.prefix, name) != self.prefix:
            self._record(Outcome.REFUSED, name, "notvisible")
            raise policy.NotVisible
        self._record(Outcome.ALLOWED, name, role.arn)
        try:
            if self.prefix.store_kind != Prefix.StoreKind.SECRETS_MANAGER:
                raise Unable("Only secrets of AWS Secrets Manager are read from other accounts.", name=name)
            locks = wiring.locks_of(self.prefix, name)
        except StoreError as error:
            self._record_failure(name, error)
            raise
        policies = self._policies_of(role)
        return Facts(role, locks.secret, asking, locks.policy, locks.key, policies, self.prefix.start)

    def _policies_of(self, role: Role) -> Sequence[Mapping[str, Any]] | Untold:
        return wiring.policies_of(role) if self._may_look_at(role) else NOT_YOURS

    def _may_look_at(self, role: Role) -> bool:
        """The role is that of a deployment which this person sees, or in an account in which they may list."""
        user = self.actor.user
        return (
            policy.may_administer(user)
            or policy.visible_deployments(user).filter(role_arn=role.arn).exists()
            or policy.visible_prefixes(user).filter(account__account_id=role.account).exists()
        )

    def _record(self, outcome: AccessEvent.Outcome, name: str, detail: str) -> None:
        events.append_durably(
            self.actor.as_actor(), AccessEvent.Action.DIAGNOSE, outcome, place=self.prefix, name=name, detail=detail
        )

    def _record_failure(self, name: str, error: StoreError) -> None:
        try:
            self._record(Outcome.FAILED, name, error.kind)
        except StoreError:
            logger.exception("failure not recorded kind=%s", error.kind)
