"""Reading prefixes anew on demand, and how far that is."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from secretsui.access import policy
from secretsui.inventory import sync
from secretsui.inventory.models import Prefix
from secretsui.web import freshness
from secretsui.web.context import visible


def _may_refresh(request: HttpRequest) -> dict[int, Prefix]:
    """Who may list a prefix may have it read again; administrators every one."""
    if policy.may_administer(request.user):
        return {prefix.pk: prefix for prefix in Prefix.objects.select_related("account")}
    return {prefix.pk: prefix for prefix in visible(request)}


@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """The named prefixes, or all that this person sees. One that is being read already is not read twice."""
    allowed = _may_refresh(request)
    named = request.POST.getlist("prefix")
    try:
        prefixes = [allowed[int(pk)] for pk in named] if named else visible(request)
    except (KeyError, ValueError) as error:
        raise Http404 from error
    for prefix in prefixes:
        sync.queue(prefix, "manual")
    words = ngettext("%(n)d prefix is being read.", "%(n)d prefixes are being read.", len(prefixes))
    messages.info(request, words % {"n": len(prefixes)})
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "secrets")


@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """The fragment that polls itself; a page that is opened by hand is the list."""
    if "HX-Request" not in request.headers:
        return redirect("secrets")
    fresh = freshness.of(visible(request))
    now = fresh.progress
    announce = str(now.quarter) != request.GET.get("quarter", "0")
    gaps = [*fresh.failed, *(prefix for prefix in fresh.unread if prefix.complete)]
    facts = {"progress": now, "finished": not now.running, "announce": announce, "gaps": gaps}
    return render(request, "components/progress.html", facts)
