"""A new secret under a prefix that this person may write to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from secretsui.access import policy
from secretsui.access.door import open_prefix
from secretsui.access.models import Level
from secretsui.inventory import places
from secretsui.inventory.models import Prefix
from secretsui.stores.base import Capabilities, StoreError
from secretsui.web import live
from secretsui.web.connection_form import Composed, bind, to_text
from secretsui.web.deployment_forms import Choice, with_forms
from secretsui.web.editor import Editor, new_token
from secretsui.web.forms.connection import known_types
from secretsui.web.forms.details import DescriptionField, KmsKeyField, fit
from secretsui.web.forms.tag_rules import RULES
from secretsui.web.forms.tags import TagRows
from secretsui.web.forms.type_choice import is_choice
from secretsui.web.guards import person
from secretsui.web.labels import IDS
from secretsui.web.namesakes import with_namesakes
from secretsui.web.preview import action_of, context_of, preview_of, target_of, typed_facts
from secretsui.web.reauth import ask, asked_beside, confirmed, is_recent
from secretsui.web.repairing import repaired
from secretsui.web.review import Review, review
from secretsui.web.signing_in import keeps_page, keeps_text, kept
from secretsui.web.store_words import words_of
from secretsui.web.subject import LEAST, Links
from secretsui.web.switching import asked_for
from secretsui.web.text_rules import TextRules
from secretsui.web.winning import before_saving


class IdentityForm(forms.Form):
    """Name problems are the guard's to tell; here is only what no name may lack."""

    key = forms.CharField(max_length=512, strip=True)
    description = DescriptionField()
    kms_key_id = KmsKeyField(
        gettext_lazy("An alias, a key id or an ARN. Empty means the AWS managed key, which other accounts cannot use.")
    )

    def __init__(self, *args: Any, prefix_row: Prefix, can: Capabilities, **kwargs: Any) -> None:
        self.prefix_row = prefix_row
        super().__init__(*args, **kwargs)
        fit(self.fields, can, words_of(prefix_row.store_kind))
        self.fields["key"].label = str(IDS[prefix_row.kind])
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    @property
    def name(self) -> str:
        return self.prefix_row.name_of(self.cleaned_data["key"])

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if places.owner(self.prefix_row, self.prefix_row.name_of(key)) != self.prefix_row:
            raise forms.ValidationError(_("Names that start like this belong to a narrower prefix. Choose that one."))
        return key


@dataclass(frozen=True)
class Draft:
    """The whole form of a secret that is not there yet."""

    prefix: Prefix
    identity: IdentityForm
    tags: TagRows
    editor: Editor
    choice: Choice

    def is_valid(self) -> bool:
        return all([self.identity.is_valid(), self.tags.is_valid(), self.editor.form.is_valid()])


def writable(request: HttpRequest) -> Sequence[Prefix]:
    return [prefix for prefix in policy.visible_prefixes(request.user) if getattr(prefix, "level", 0) >= Level.WRITE]


@keeps_text
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@with_forms
def new(request: HttpRequest, choice: Choice) -> HttpResponse:
    if request.method == "GET":
        return _open(request, choice) if is_recent(request) else ask(request.get_full_path())
    prefix = _chosen(request, writable(request))
    if prefix is None:
        return _choose(request, status=422)
    draft = _draft(request, prefix, choice)
    if not confirmed(request):
        return _page(request, draft, status=403, **asked_beside(request))
    if _is_only_shown(request.POST):
        return _reshaped(request, draft)
    return _submitted(request, draft)


def _is_only_shown(sent: QueryDict) -> bool:
    """Does the button ask for another form, and not for this one to be checked?"""
    return is_choice(sent) or "switch" in sent or sent.get("action") in ("rows", "adopt")


def _reshaped(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The page again, for another type or in another mode; nothing is told of fields that nobody has come to yet."""
    form = draft.editor.form
    key = request.POST.get("key", "")
    target = target_of(draft.prefix, key)
    facts = dict(context_of(request.POST, form, draft.prefix.kind, target, new=True))
    is_refused = draft.choice.is_refused
    is_refused |= form.is_bound and request.POST.get("action") not in ("adopt", "rows") and bool(form.errors)
    return _page(request, draft, **{**facts, "form": form, "review": None}, status=422 if is_refused else 200)


@keeps_page
@require_POST
@sensitive_post_parameters()
@with_forms
def preview(request: HttpRequest, choice: Choice) -> HttpResponse:
    prefix = _chosen(request, writable(request))
    if prefix is None:
        return _choose(request, status=422)
    draft = _draft(request, prefix, choice)
    key = request.POST.get("key", "")
    target = target_of(prefix, key)
    return preview_of(request, draft.editor.form, target, prefix, new=True)


def _open(request: HttpRequest, choice: Choice) -> HttpResponse:
    found = writable(request)
    prefix = found[0] if len(found) == 1 else _chosen(request, found)
    if prefix is None:
        return _choose(request, status=200 if found else 403)
    mode, conn_type = request.GET.get("mode", ""), request.GET.get("type", "").strip()
    form = bind(
        None,
        prefix.kind,
        None,
        mode=mode,
        conn_type=conn_type,
        written_as=prefix.written_as,
        rules=_rules(request, prefix),
    )
    draft = Draft(
        prefix,
        IdentityForm(prefix_row=prefix, can=_can(request, prefix)),
        TagRows(None, {}, RULES[prefix.store_kind]),
        Editor(form),
        choice,
    )
    return _page(request, draft)


def _chosen(request: HttpRequest, prefixes: Sequence[Prefix]) -> Prefix | None:
    asked = (request.POST if request.method == "POST" else request.GET).get("prefix", "")
    return next((prefix for prefix in prefixes if str(prefix.pk) == asked), None)


def _choose(request: HttpRequest, *, status: int) -> HttpResponse:
    """Where the secret belongs; what was typed already, as in the builder, goes on from there."""
    facts = {
        "prefixes": writable(request),
        "mode": request.GET.get("mode", ""),
        "type": request.GET.get("type", ""),
        "deployment": request.GET.get("deployment", ""),
        "unknown": status == 422,
        "kept": [(name, value) for name, value in kept(request) if name not in ("prefix", "action")],
    }
    return render(request, "edit/choose.html", facts, status=status)


def _draft(request: HttpRequest, prefix: Prefix, choice: Choice) -> Draft:
    sent = _sent(request, prefix)
    form = asked_for(sent, prefix.kind, None, written_as=prefix.written_as, rules=_rules(request, prefix))
    editor = Editor(form, token=sent.get("token") or new_token())
    typed = None if _is_only_shown(sent) else sent
    identity = IdentityForm(typed, initial=sent.dict(), prefix_row=prefix, can=_can(request, prefix))
    return Draft(prefix, identity, TagRows(sent, {}, RULES[prefix.store_kind]), editor, choice)


def _sent(request: HttpRequest, prefix: Prefix) -> QueryDict:
    """With what its button mends; and from the builder, which knows of no prefix, as this prefix has it written."""
    sent = repaired(request.POST)
    if sent.get("action") == "adopt" and "written_as" not in sent:
        sent = sent.copy()
        sent["written_as"] = prefix.written_as
    return sent


def _rules(request: HttpRequest, prefix: Prefix) -> TextRules:
    return TextRules(prefix.store_kind, _can(request, prefix))


def _can(request: HttpRequest, prefix: Prefix) -> Capabilities:
    try:
        return open_prefix(person(request), prefix).capabilities
    except StoreError:
        return LEAST


def _page(request: HttpRequest, draft: Draft, *, status: int = 200, **facts: Any) -> HttpResponse:
    editor = replace(draft.editor, review=facts.get("review"))
    everything = {
        "draft": draft,
        "editor": editor,
        "form": editor.form,
        "types": known_types(),
        "kind": draft.prefix.kind,
        "choice": draft.choice,
        "lacks": draft.choice.lacks(getattr(editor.form, "form_type", "")),
        "several": len(writable(request)) > 1,
        "can": _can(request, draft.prefix),
        "shown_name": draft.prefix.name_of(typed) if (typed := request.POST.get("key", "").strip()) else "",
        "winning": before_saving(request, draft.prefix, request.POST.get("key", "").strip(), facts.get("composed")),
        **facts,
    }
    return render(request, "edit/new.html", everything, status=status)


def _submitted(request: HttpRequest, draft: Draft) -> HttpResponse:
    if not draft.is_valid():
        return _page(request, draft, status=422)
    composed = to_text(draft.editor.form)
    key, name, kind = draft.identity.cleaned_data["key"], draft.identity.name, draft.prefix.kind
    remarks = with_namesakes(review(key, composed, draft.editor.form, kind, name=name, new=True), draft.prefix, key)
    target = target_of(draft.prefix, key)
    facts = {"review": remarks, **typed_facts(request.POST, composed, kind, target, remarks)}
    if action_of(request.POST) == "preview":
        return _page(request, draft, **facts)
    if remarks.errors or (remarks.warnings and "accept" not in request.POST):
        return _page(request, draft, status=422, **facts)
    return _create(request, draft, composed, remarks)


def _create(request: HttpRequest, draft: Draft, composed: Composed, remarks: Review) -> HttpResponse:
    name, cleaned = draft.identity.name, draft.identity.cleaned_data
    links = Links(draft.prefix, name)
    try:
        open_prefix(person(request), draft.prefix).create(
            name,
            composed.text,
            token=draft.editor.token,
            description=cleaned.get("description") or None,
            tags=draft.tags.tags() if _can(request, draft.prefix).tags else None,
            kms_key_id=cleaned.get("kms_key_id", ""),
        )
    except StoreError as error:
        facts = {"error": error, "links": links, "review": remarks}
        return _page(request, draft, status=live.status_of(error), **facts)
    messages.success(request, _("%(id)s created.") % {"id": cleaned["key"]})
    return redirect(links["show"])
