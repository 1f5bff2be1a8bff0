"""Accounts and their prefixes: administrators change them, everybody else sees those they may list."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from secretsui.access import door, policy
from secretsui.access.models import AccessEvent
from secretsui.inventory.models import Account, Deployment, Prefix
from secretsui.web.context import Branch, visible
from secretsui.web.forms.account import AccountForm
from secretsui.web.guards import administrators_only, person
from secretsui.web.probing import Report, report_of
from secretsui.web.reauth import recently_required
from secretsui.web.vendors import VENDORS


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    administers = policy.may_administer(request.user)
    listed = _all_prefixes() if administers else visible(request)
    branches = {prefix.account_id: Branch(prefix.account) for prefix in listed}
    if administers:
        branches = {account.pk: Branch(account) for account in Account.objects.all()}
    for prefix in listed:
        branches[prefix.account_id].prefixes.append(prefix)
    return render(request, "accounts/accounts.html", {"branches": list(branches.values())})


def _all_prefixes() -> Sequence[Prefix]:
    return list(Prefix.objects.select_related("account").annotate(granted=Count("grants")))


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The vendor comes first: it decides what is asked."""
    vendor = VENDORS.get((request.POST or request.GET).get("vendor", Account.Vendor.AWS))
    if vendor is None:
        raise Http404
    form = vendor.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        account = _save(request, form, "added")
        messages.success(request, _("%(name)s added. Test it, then add its prefixes.") % {"name": account.name})
        return redirect("account-edit", account.name)
    facts = {"form": form, "vendor": vendor, "vendors": VENDORS.values()}
    return render(request, "accounts/account.html", facts, status=422 if form.errors else 200)


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, account: str) -> HttpResponse:
    known = get_object_or_404(Account, name=account)
    form = VENDORS[known.vendor].form(request.POST or None, account=known)
    if request.method == "POST" and form.is_valid():
        _save(request, form, "changed")
        messages.success(request, _("%(name)s saved.") % {"name": known.name})
        return redirect("account-edit", known.name)
    return _show(request, known, form)


def _show(request: HttpRequest, account: Account, form: AccountForm, **more: object) -> HttpResponse:
    prefixes = account.prefixes.annotate(granted=Count("grants"))
    facts = {"form": form, "account": account, "vendor": VENDORS[account.vendor], "prefixes": prefixes, **more}
    return render(request, "accounts/account.html", facts, status=422 if form.errors else 200)


def _page(request: HttpRequest, account: str) -> str:
    return reverse("account-edit", args=[account])


@administrators_only
@require_POST
@recently_required(back=_page)
def test(request: HttpRequest, account: str) -> HttpResponse:
    """Who the credentials are and what they may do with any name, before there is a prefix."""
    known = get_object_or_404(Account, name=account)
    reports = [_report(request, anywhere) for anywhere in _anywhere(known)]
    if "HX-Request" in request.headers:
        return render(request, "accounts/reports.html", {"reports": reports})
    return _show(request, known, VENDORS[known.vendor].form(account=known), reports=reports)


def _anywhere(account: Account) -> Sequence[Prefix]:
    """The whole of each store that the account's prefixes are in; of its vendor's first one where there is none."""
    listed = set(account.prefixes.values_list("store_kind", flat=True))
    kinds = [kind for kind in account.store_kinds if kind in listed] or account.store_kinds[:1]
    return [Prefix(account=account, region=account.region, store_kind=kind, path="", sep="") for kind in kinds]


def _report(request: HttpRequest, anywhere: Prefix) -> Report:
    return report_of(door.Door(person(request), anywhere, None), anywhere)


@transaction.atomic
def _save(request: HttpRequest, form: AccountForm, word: str) -> Account:
    account = form.save()
    for notice in form.notices:
        messages.warning(request, notice)
    detail = f"{word}: {', '.join(form.changed_data)}"
    door.record_admin(person(request), AccessEvent.Action.ACCOUNT, account, detail)
    return account


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, account: str) -> HttpResponse:
    """The rows of the index go, with the prefixes and their grants. Nothing changes at the vendor."""
    known = get_object_or_404(Account, name=account)
    users = list(Deployment.objects.filter(Q(account=known) | Q(places__account=known)).distinct())
    confirmed = request.POST.get("confirm") == "yes" and not users
    if request.method == "POST" and confirmed:
        with transaction.atomic():
            door.record_admin(person(request), AccessEvent.Action.ACCOUNT, known, "removed")
            known.prefixes.all().delete()
            known.delete()
        words = {"name": account, "vendor": known.get_vendor_display()}
        messages.success(request, _("%(name)s removed. Nothing was changed in %(vendor)s.") % words)
        return redirect("accounts")
    unticked = request.method == "POST" and not users
    facts = {"account": known, "prefixes": known.prefixes.all(), "unticked": unticked, "users": users}
    return render(request, "accounts/remove.html", facts, status=422 if request.method == "POST" else 200)
