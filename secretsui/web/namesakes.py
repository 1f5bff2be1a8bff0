"""Ids that a store cannot tell apart, told before one of them is saved."""

from __future__ import annotations

from secretsui.inventory.models import Prefix
from secretsui.web.problems import words_of_value
from secretsui.web.review import Remark, Review


def with_namesakes(remarks: Review, prefix: Prefix, key: str) -> Review:
    name = prefix.name_of(key)
    if name == prefix.start + key or not key:
        return remarks  # the store keeps the id as it is spelled
    other = prefix.records.filter(name__iexact=name).first()
    if other is None:
        found = Remark("note", words_of_value("dashed", {"name": name}), "name", code="dashed")
        return Review([*remarks.remarks, found])
    facts = {"name": name, "other": other.key}
    return Review([Remark("error", words_of_value("same-name", facts), "name", code="same-name"), *remarks.remarks])
