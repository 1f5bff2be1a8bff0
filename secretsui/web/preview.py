"""What is known of a text that has not been saved yet: its forms, how the Airflows will read it, what to mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from secretsui.core import renderings
from secretsui.core.renderings import Rendering, WrittenAs
from secretsui.inventory.models import Kind, Prefix
from secretsui.web import variable_preview
from secretsui.web.connection_form import MAIN, Composed, Form, to_text
from secretsui.web.forms.connection import FIELDS, ConnectionFields
from secretsui.web.forms.extra_inputs import PREFIX
from secretsui.web.namesakes import with_namesakes
from secretsui.web.readings import table
from secretsui.web.review import Review, review
from secretsui.web.winning import before_saving

_ASKED: Final = ("preview", "show-preview")


@dataclass(frozen=True, slots=True)
class Target:
    """What a text is previewed for: its id, and the place it will have, as far as they are known."""

    key: str = ""
    name: str = ""
    region: str = ""
    prefix: Prefix | None = None


def target_of(prefix: Prefix, key: str, name: str = "") -> Target:
    """The forms of a connection that name a place name one of Secrets Manager."""
    if prefix.store_kind != Prefix.StoreKind.SECRETS_MANAGER:
        return Target(key, prefix=prefix)
    return Target(key, name or prefix.name_of(key), prefix.region, prefix)


@dataclass(frozen=True, slots=True)
class Result:
    """The text in every form; `tab` is the one in front, `shown` whether secrets are in clear."""

    renderings: Sequence[Rendering]
    tab: str
    shown: bool

    @property
    def has_secrets(self) -> bool:
        return any(piece.tone == "secret" for each in self.renderings for piece in each.pieces)


def full_name(target: Target) -> str:
    return target.name or (target.prefix.name_of(target.key) if target.prefix and target.key else "")


def action_of(sent: QueryDict, default: str = "") -> str:
    """What the button of a form asks for; a repair is looked at before it is saved."""
    return "preview" if "repair" in sent or sent.get("action") in _ASKED else sent.get("action", default)


def facts_of(
    composed: Composed | None, kind: str, remarks: Review | None = None, *, values: bool = False
) -> Mapping[str, Any]:
    """For templates: what will be read from this text; unless asked, without values: some may be stored ones."""
    if composed is None or composed.problem:
        return {}
    said = [remark.words.cause for remark in remarks.remarks] if remarks else ()
    hint = variable_preview.of(composed.text, said) if kind == Kind.VARIABLE and composed.text else None
    return {"table": table(composed, values=values), "hint": hint, "composed": composed}


def typed_facts(sent: QueryDict, composed: Composed, kind: str, target: Target, remarks: Review) -> Mapping[str, Any]:
    """The same of a text of which every character was typed: with its values and in every form; but not where a field
    that is open may hold a password, as it holds what belongs elsewhere.
    """
    shows = kind == Kind.CONNECTION and not remarks.spoils_reading
    facts = facts_of(composed, kind, remarks, values=shows)
    if not facts or kind != Kind.CONNECTION:
        return facts
    return {**facts, "result": _result(sent, composed, target) if shows else None}


def _result(sent: QueryDict, composed: Composed, target: Target) -> Result | None:
    written_as: WrittenAs = "uri" if composed.form == "uri" else "json"
    if composed.meant is None:
        return None
    found = renderings.renderings(
        composed.meant,
        conn_id=target.key,
        dialect=MAIN,
        written_as=written_as,
        secret_name=target.name,
        region=target.region,
    )
    tab = sent.get("tab", "")
    return Result(found, tab if tab in renderings.IDS else written_as, sent.get("action") == "show-preview")


def context_of(sent: QueryDict, form: Form, kind: str, target: Target, *, new: bool = False) -> Mapping[str, Any]:
    """Of what was typed into this form, which was built from no stored version."""
    form = as_sent(form)
    if not _is_typed(form):
        return {"kind": kind, "is_empty": True}
    if not form.is_valid():
        return {"kind": kind, "form": form}
    composed = to_text(form)
    remarks = review(target.key, composed, form, kind, name=full_name(target), new=new)
    if new and target.prefix:
        remarks = with_namesakes(remarks, target.prefix, target.key)
    return {"kind": kind, "review": remarks, **typed_facts(sent, composed, kind, target, remarks)}


def as_sent(form: Form) -> Form:
    """A form that was made for another type is looked at as if it had been sent."""
    if form.is_bound or not isinstance(form, ConnectionFields):
        return form
    sent = QueryDict(mutable=True)
    sent.update({name: str(value) for name, value in form.initial.items() if value})
    return ConnectionFields(sent, base=form.base)


def _is_typed(form: Form) -> bool:
    if not isinstance(form, ConnectionFields):
        return bool(form.data.get("text"))
    typed = (value for name, value in form.data.items() if name in FIELDS or name.startswith(PREFIX))
    return any(typed)


def preview_of(request: HttpRequest, form: Form, target: Target, prefix: Prefix, *, new: bool = False) -> HttpResponse:
    """The fragment beside the form. What is kept from a stored version is not part of it."""
    context = context_of(request.POST, form, prefix.kind, target, new=new)
    keeps = not new and prefix.kind == Kind.CONNECTION
    winning = before_saving(request, prefix, target.key, None if keeps else context.get("composed"))
    return render(request, "edit/preview.html", {**context, "keeps": keeps, "winning": winning})
