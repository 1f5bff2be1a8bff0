"""What a store may answer instead: one class per thing that a person can do about it."""

from __future__ import annotations

from typing import Self


class StoreError(Exception):
    """One failed verb: a sentence for people, a remedy, the service's own error code; never a value.

    `code` is the vendor's word (say `AccessDeniedException`), `name` the secret that was asked for, if one was.
    """

    sentence = "The secrets store answered with an error."
    remedy = "Try again; if it stays, look up the code in the service's documentation."
    unconfirmed = False  # whether a change may have been made all the same, its answer being lost

    def __init__(
        self, sentence: str = "", *, remedy: str = "", code: str = "", name: str = "", action: str = "", arn: str = ""
    ) -> None:
        self.sentence = sentence or type(self).sentence
        self.remedy = remedy or type(self).remedy
        self.code, self.name, self.action, self.arn = code, name, action, arn
        super().__init__(self.sentence)

    @property
    def kind(self) -> str:
        """The class name in lower case: what templates, filters and rows store (`denied`, `notfound`, …)."""
        return type(self).__name__.lower()


class NotFound(StoreError):
    sentence = "There is no secret of this name."
    remedy = "Refresh the list; somebody may have deleted it."


class Denied(StoreError):
    """`action` and `arn` name the right that is missing."""

    sentence = "The store refused access."
    remedy = "Grant the named action on the named ARN to the identity that this account uses."


class PendingDeletion(StoreError):
    sentence = "This secret is scheduled for deletion."
    remedy = "Restore it first."


class Throttled(StoreError):
    sentence = "The store is limiting the rate of requests."
    remedy = "Wait a minute and try again."


class Expired(StoreError):
    """There are no credentials, or none that the service accepts any more."""

    sentence = "The credentials of this account have expired."
    remedy = "Renew the session (for a profile: aws sso login), then try again."


class CannotDecrypt(StoreError):
    sentence = "The store could not decrypt the value with its KMS key."
    remedy = "Check that the key is enabled and that its policy allows kms:Decrypt."


class Unavailable(StoreError):
    sentence = "The store did not answer."
    remedy = "Check the network and the region, then try again."


class DisabledVersion(StoreError):
    """There is a value, and it is given to nobody until its version is enabled again, or never if it is destroyed."""

    sentence = "The current version of this secret is disabled."
    remedy = "Enable it, or save a new version."


class TooLarge(StoreError):
    sentence = "The value is larger than this store accepts."
    remedy = "Shorten it, or keep the large part elsewhere."


class BadName(StoreError):
    sentence = "The store does not accept this name."
    remedy = "Use letters, digits and the characters / _ + = . @ -"


class Unable(StoreError):
    """The store has no such thing; its capabilities said so."""

    sentence = "This store has nothing of the kind."
    remedy = "Use what its page offers."


class Conflict(StoreError):
    """The secret changed since it was read, or exists already. `current` is its present version id, if known.

    `is_saved` where nothing could keep the text from being saved all the same: then both are versions.
    """

    sentence = "Somebody else saved this secret meanwhile."
    remedy = "Compare both texts, then save again."

    is_saved = False

    def __init__(self, sentence: str = "", *, current: str = "", **facts: str) -> None:
        super().__init__(sentence, **facts)
        self.current = current

    def but_saved(self) -> Self:
        self.is_saved = True
        return self
