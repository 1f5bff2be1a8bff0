"""Editing the value of one secret, against the version that the page was built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from secretsui.access.models import Level
from secretsui.inventory.models import Kind
from secretsui.stores.base import Conflict, StoreError, Value
from secretsui.web import live, subject
from secretsui.web.connection_form import Composed, bind, of_text, to_text
from secretsui.web.editor import Editor, clash, new_token
from secretsui.web.forms.connection import known_types
from secretsui.web.forms.stored import Stored
from secretsui.web.forms.type_choice import is_choice
from secretsui.web.preview import Target, action_of, context_of, facts_of, preview_of, target_of
from secretsui.web.reauth import ask, asked_beside, confirmed, is_recent
from secretsui.web.repairing import repaired
from secretsui.web.review import review
from secretsui.web.signing_in import keeps_page, keeps_text
from secretsui.web.subject import Subject
from secretsui.web.switching import asked_for
from secretsui.web.winning import before_saving


@dataclass(frozen=True)
class Attempt:
    """One sent form: the texts it is about, read again from the store, and what its button asks for."""

    action: str
    base: Stored
    current: Stored
    token: str
    replaces: str
    accepts_warnings: bool


@keeps_text
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def edit(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    found = subject.find(request, account, address, name)
    subject.require(found, Level.WRITE)
    if request.method == "GET":
        return _open(request, found) if is_recent(request) else ask(request.get_full_path())
    if not confirmed(request):
        return _again(request, found, status=403, **asked_beside(request))
    try:
        return _submitted(request, found)
    except StoreError as error:
        return _again(request, found, status=live.status_of(error), error=error)


def _open(request: HttpRequest, found: Subject) -> HttpResponse:
    try:
        value = found.door.open_editor(found.name)
    except StoreError as error:
        return render(request, "edit/closed.html", {"subject": found, "error": error}, status=live.status_of(error))
    if value.text is None:
        return render(request, "edit/closed.html", {"subject": found, "value": value})
    base = _stored(found, value, live.history(found.door, found.name).words(value.version_id))
    form = bind(None, found.prefix.kind, base, mode=request.GET.get("mode", ""), rules=found.rules)
    return _page(
        request,
        found,
        Editor(form, base.version_id, base.words, composed=of_text(base.text, found.prefix.kind, found.rules)),
    )


def _stored(found: Subject, value: Value, words: str) -> Stored:
    if value.text is None:
        raise StoreError(
            _("This version holds a binary value."), remedy=_("Edit it with the vendor's own tools."), name=value.name
        )
    return Stored(value.text, value.version_id, words, found.rules.decode)


def _again(request: HttpRequest, found: Subject, *, status: int, **facts: Any) -> HttpResponse:
    """The form with everything that was typed, where the stored value may not or cannot be read."""
    form = bind(request.POST, found.prefix.kind, None, mode=request.POST.get("mode", ""), shown=True, rules=found.rules)
    base_version, base_words, token = (request.POST.get(key, "") for key in ("base_version", "base_words", "token"))
    return _page(request, found, Editor(form, base_version, base_words, token, **facts), status=status)


def _page(request: HttpRequest, found: Subject, editor: Editor, *, status: int = 200, **more: Any) -> HttpResponse:
    kind = found.prefix.kind
    facts = {"subject": found, "editor": editor, "form": editor.form, "types": known_types(), "kind": kind}
    facts["winning"] = before_saving(request, found.prefix, found.key, editor.composed)
    return render(
        request, "edit/edit.html", {**facts, **facts_of(editor.composed, kind, editor.review), **more}, status=status
    )


def _typed_facts(request: HttpRequest, found: Subject) -> Mapping[str, Any]:
    """What was typed, looked at by itself: nothing of a stored version is in it."""
    sent, kind = repaired(request.POST), found.prefix.kind
    form = bind(sent, kind, None, mode=sent.get("mode", ""), rules=found.rules)
    return context_of(sent, form, kind, _target(found))


def _target(found: Subject) -> Target:
    return target_of(found.prefix, found.key, found.name)


def _submitted(request: HttpRequest, found: Subject) -> HttpResponse:
    value = found.door.open_editor(found.name)
    if value.version_id and value.version_id == request.POST.get("token"):
        return _saved(request, found, value.version_id)  # the same form, sent twice
    attempt = _attempt(request, found, value)
    sent = repaired(request.POST)
    form = asked_for(sent, found.prefix.kind, attempt.base, shown=attempt.action == "show", rules=found.rules)
    editor = Editor(form, attempt.base.version_id, attempt.base.words, attempt.token)
    if attempt.action == "show" or is_choice(sent) or "switch" in sent:
        now = replace(editor, composed=of_text(attempt.base.text, found.prefix.kind, found.rules))
        return _page(request, found, now, status=422 if form.is_bound and form.errors else 200)
    if not form.is_valid():
        return _page(request, found, editor, status=422)
    return _valid(request, found, editor, attempt)


def _attempt(request: HttpRequest, found: Subject, value: Value) -> Attempt:
    history = live.history(found.door, found.name)
    action, base_version = action_of(request.POST, "save"), request.POST.get("base_version", "")
    current = _stored(found, value, history.words(value.version_id))
    base = current
    if base_version != value.version_id:
        base = _stored(found, _older(found, base_version, value.version_id, action), history.words(base_version))
    return Attempt(
        action=action,
        base=base,
        current=current,
        token=request.POST.get("token", ""),
        replaces=request.POST.get("over", "") if action in ("over", "merge") else base_version,
        accepts_warnings="accept" in request.POST,
    )


def _older(found: Subject, version_id: str, current: str, action: str) -> Value:
    """The version that the form was built from; to be shown in clear it is revealed, and recorded as that."""
    if action == "show":
        return found.door.reveal(found.name, version_id=version_id)
    before, _now = found.door.compare(found.name, version_id, current)
    return before


def _valid(request: HttpRequest, found: Subject, editor: Editor, attempt: Attempt) -> HttpResponse:
    kind = found.prefix.kind
    composed = to_text(editor.form, attempt.current if attempt.action == "merge" else None)
    remarks = review(found.key, composed, editor.form, kind, name=found.name)
    facts: dict[str, Any] = {"review": remarks, "composed": composed}
    if attempt.base.version_id != attempt.current.version_id:
        mine = to_text(editor.form)
        facts["clash"] = clash(editor.form, attempt.base, attempt.current, mine, kind)
    now = replace(editor, **facts)
    if attempt.action == "preview":
        typed = _typed_facts(request, found)
        return _page(
            request,
            found,
            now,
            keeps=kind == Kind.CONNECTION,
            **{name: typed[name] for name in ("table", "result") if name in typed},
        )
    if attempt.replaces != attempt.current.version_id:
        return _page(request, found, now, status=409)
    if remarks.errors or (remarks.warnings and not attempt.accepts_warnings):
        return _page(request, found, now, status=422)
    if composed.text == attempt.current.text:
        messages.info(request, _("Nothing was changed, so no version was made."))
        return redirect(found.links["show"])
    return _write(request, found, now, composed, attempt)


def _write(request: HttpRequest, found: Subject, editor: Editor, composed: Composed, attempt: Attempt) -> HttpResponse:
    try:
        version_id = found.door.write(found.name, composed.text, replaces=attempt.replaces, token=attempt.token)
    except Conflict as conflict:
        if conflict.is_saved:
            return _collided(request, found, conflict)
        return _overtaken(request, found, editor, attempt, conflict)
    except StoreError as error:
        return _unfinished(request, found, editor, attempt, error)
    return _saved(request, found, version_id)


def _unfinished(
    request: HttpRequest, found: Subject, editor: Editor, attempt: Attempt, error: StoreError
) -> HttpResponse:
    """A failed call may have done its work. What is current now tells; where that cannot be read, nobody can."""
    current = live.history(found.door, found.name).current
    if current and current.version_id == attempt.token:
        return _saved(request, found, current.version_id)
    is_as_before = current is not None and current.version_id == attempt.replaces
    now = replace(editor, error=error, still=current.words if current and is_as_before else "")
    return _page(request, found, now, status=live.status_of(error))


def _overtaken(
    request: HttpRequest, found: Subject, editor: Editor, attempt: Attempt, conflict: Conflict
) -> HttpResponse:
    """Another save came between reading and writing. The token is spent: it belongs to the text that lost."""
    _base, value = found.door.compare(found.name, attempt.base.version_id, "")
    theirs = _stored(found, value, live.history(found.door, found.name).words(value.version_id))
    facts: dict[str, Any] = {"token": new_token(), "error": conflict}
    if theirs.version_id != attempt.base.version_id:
        mine = to_text(editor.form)
        facts = {"token": new_token(), "clash": clash(editor.form, attempt.base, theirs, mine, found.prefix.kind)}
    return _page(request, found, replace(editor, **facts), status=409)


def _collided(request: HttpRequest, found: Subject, conflict: Conflict) -> HttpResponse:
    """Both texts are versions, so nothing is left to be saved: the history shows them, and puts back either."""
    messages.warning(request, f"{conflict.sentence} {conflict.remedy}")
    return redirect(found.links["versions"])


def _saved(request: HttpRequest, found: Subject, version_id: str) -> HttpResponse:
    words = live.history(found.door, found.name).words(version_id)
    messages.success(request, _("%(version)s saved.") % {"version": words.capitalize()})
    return redirect(found.links["show"])


@keeps_page
@require_POST
@sensitive_post_parameters()
def preview(request: HttpRequest, account: str, address: str, name: str) -> HttpResponse:
    """What Airflow will read from what has been typed so far. Nothing is read from the store for it."""
    found = subject.find(request, account, address, name)
    subject.require(found, Level.WRITE)
    kind, mode = found.prefix.kind, request.POST.get("mode", "")
    return preview_of(
        request, bind(request.POST, kind, None, mode=mode, rules=found.rules), _target(found), found.prefix
    )
