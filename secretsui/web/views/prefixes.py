"""One prefix: where it is, how often it is refreshed, who has which grant on it, and whether it can be reached."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from secretsui.access import door
from secretsui.access.models import AccessEvent
from secretsui.inventory import places, sync
from secretsui.inventory.deployments import triggers
from secretsui.inventory.models import Account, Kind, Prefix
from secretsui.web.forms.prefix import GrantsForm, SettingsForm
from secretsui.web.forms.prefix_place import FORMS, PrefixForm
from secretsui.web.guards import administrators_only, person
from secretsui.web.probing import report_of
from secretsui.web.reauth import recently_required
from secretsui.web.store_words import shown_path, words_of


def _find(account: str, pk: int) -> Prefix:
    return get_object_or_404(Prefix.objects.select_related("account"), account__name=account, pk=pk)


def _page(request: HttpRequest, account: str, pk: int) -> str:
    return reverse("prefix-edit", args=[account, pk])


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, account: str) -> HttpResponse:
    known = get_object_or_404(Account, name=account)
    kind = (request.POST or request.GET).get("store", known.store_kinds[0])
    if kind not in known.store_kinds:
        raise Http404
    form = FORMS[kind](request.POST or None, account=known)
    grants = GrantsForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and grants.is_valid():
        prefix = _add(request, form, grants)
        for notice in form.notices:
            messages.info(request, notice)
        messages.success(request, _("%(path)s added. It is being read now.") % {"path": shown_path(prefix)})
        return redirect("prefix-edit", account, prefix.pk)
    stores = [(each, words_of(each)) for each in known.store_kinds]
    facts = {"form": form, "grants": grants, "account": known, "stores": stores, "of_store": words_of(kind)}
    return render(request, "accounts/prefix_new.html", facts, status=422 if form.errors or grants.errors else 200)


@transaction.atomic
def _add(request: HttpRequest, form: PrefixForm, grants: GrantsForm) -> Prefix:
    prefix = form.save()
    door.record_admin(person(request), AccessEvent.Action.PREFIX, prefix, "added")
    _save_grants(request, grants, prefix)
    sync.queue(prefix, "start")
    return prefix


def _save_grants(request: HttpRequest, grants: GrantsForm, prefix: Prefix) -> int:
    changes = grants.save(prefix)
    for words in changes:
        door.record_admin(person(request), AccessEvent.Action.GRANT, prefix, words)
    return len(changes)


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, account: str, pk: int) -> HttpResponse:
    prefix = _find(account, pk)
    form = _settings(prefix, request.POST or None)
    if request.method == "POST" and form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(prefix, name, value)
        with transaction.atomic():
            prefix.save(update_fields=list(form.cleaned_data))
            detail = f"refreshed every {prefix.refresh_minutes} minutes"
            if prefix.kind == Kind.CONNECTION:
                detail += f", new connections stored as {prefix.get_written_as_display()}"
            door.record_admin(person(request), AccessEvent.Action.PREFIX, prefix, detail)
        messages.success(request, _("%(path)s saved.") % {"path": shown_path(prefix)})
        return redirect("prefix-edit", account, pk)
    return _show(request, prefix, form, GrantsForm(of=prefix))


def _show(request: HttpRequest, prefix: Prefix, form: SettingsForm, grants: GrantsForm, **more: object) -> HttpResponse:
    store = words_of(prefix.store_kind)
    facts = {"form": form, "grants": grants, "account": prefix.account, "prefix": prefix, "of_store": store, **more}
    return render(request, "accounts/prefix.html", facts, status=422 if form.errors or grants.errors else 200)


def _settings(prefix: Prefix, sent: QueryDict | None = None) -> SettingsForm:
    """Only connections can be stored in more than one form."""
    form = SettingsForm(sent, initial={name: getattr(prefix, name) for name in SettingsForm.base_fields})
    if prefix.kind != Kind.CONNECTION:
        del form.fields["written_as"]
    return form


@administrators_only
@require_POST
@recently_required(back=_page)
def test(request: HttpRequest, account: str, pk: int) -> HttpResponse:
    prefix = _find(account, pk)
    report = report_of(door.open_prefix(person(request), prefix), prefix)
    if "HX-Request" in request.headers:
        return render(request, "accounts/report.html", {"report": report})
    return _show(request, prefix, _settings(prefix), GrantsForm(of=prefix), report=report)


@administrators_only
@require_POST
@recently_required(back=_page)
def grants(request: HttpRequest, account: str, pk: int) -> HttpResponse:
    prefix = _find(account, pk)
    form = GrantsForm(request.POST, of=prefix)
    if not form.is_valid():
        return _show(request, prefix, _settings(prefix), form)
    with transaction.atomic():
        changed = _save_grants(request, form, prefix)
    messages.success(request, _("Grants saved.") if changed else _("Nothing changed."))
    return redirect("prefix-edit", account, pk)


@administrators_only
@recently_required(back=_page)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, account: str, pk: int) -> HttpResponse:
    """The rows of the index and the grants go. Nothing changes in the store."""
    prefix = _find(account, pk)
    if request.method == "POST" and request.POST.get("confirm") == "yes":
        with transaction.atomic():
            door.record_admin(person(request), AccessEvent.Action.PREFIX, prefix, "removed")
            _hand_over(prefix)
            prefix.delete()
            triggers.prefix_changed(prefix)
        words = {"path": shown_path(prefix), "service": words_of(prefix.store_kind).service}
        messages.success(request, _("%(path)s removed. Nothing was changed in %(service)s.") % words)
        return redirect("account-edit", account)
    facts = {"account": prefix.account, "prefixes": [prefix], "prefix": prefix, "unticked": request.method == "POST"}
    return render(request, "accounts/remove.html", facts, status=422 if request.method == "POST" else 200)


def _hand_over(prefix: Prefix) -> None:
    """The wider prefix does not know what lies there until it is listed anew."""
    if heir := places.most_specific(places.wider(prefix), prefix.start):
        Prefix.objects.filter(pk=heir.pk).update(as_of=None)
        sync.queue(heir, "start")
