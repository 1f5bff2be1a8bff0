"""Audits: their history and trend, one of them while it runs and after, and its end before its end."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from secretsui.audits import cancelling, mailing, selection, starting
from secretsui.audits.exports import FORMATS, Report
from secretsui.audits.models import Audit, Delivery
from secretsui.audits.results import Result
from secretsui.audits.selection import Filters
from secretsui.web import audit_history, audit_view, conflict_subject, context, finding_rows
from secretsui.web.audit_progress import Progress
from secretsui.web.forms.audit import StartForm
from secretsui.web.guards import person, signed_in
from secretsui.web.htmx import is_fragment

PAGE: Final = 25
BEFORE: Final = 5
GREATEST: Final = 2**63 - 1  # that the number of a row can be


def _find(request: HttpRequest, number: int) -> Audit:
    if number > GREATEST:
        raise Http404
    return selection.audit(request.user, number)


def _form(request: HttpRequest, data: Any = None) -> StartForm:
    return StartForm(data, deployments=conflict_subject.visible(request), prefixes=context.visible(request))


@require_http_methods(["GET", "POST"])
def audits(request: HttpRequest) -> HttpResponse:
    """Those of what this person sees, newest first; a POST starts one."""
    if request.method == "GET":
        return _list(request, _form(request))
    form = _form(request, request.POST)
    if not form.is_valid():
        return _list(request, form, status=422)
    deployments, prefixes = form.extent
    try:
        audit = starting.start(
            person(request), deployments=deployments, prefixes=prefixes, trigger=Audit.Trigger.MANUAL
        )
    except starting.NothingToAudit as error:
        form.add_error(None, str(error))
        return _list(request, form, status=422)
    except starting.Busy as error:
        messages.warning(request, str(error))
        return redirect("audit", error.audit.pk) if error.audit else redirect("audits")
    return redirect("audit", audit.pk)


def _list(request: HttpRequest, form: StartForm, status: int = 200) -> HttpResponse:
    user = signed_in(request)
    found = selection.audits(user).select_related("asked_by", "schedule").order_by("-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    facts = {
        "page": page,
        "lines": audit_history.lines(user, page.object_list),
        "trends": audit_history.trends(form.seen),
        "form": form,
        "can_start": form.can_start,
    }
    is_part = is_fragment(request) and request.method == "GET"
    return render(request, "audits/audits.html#results" if is_part else "audits/audits.html", facts, status=status)


@require_GET
def audit(request: HttpRequest, number: int) -> HttpResponse:
    found = _find(request, number)
    facts = _about(request, found) | _found(request, found)
    return render(request, "audits/audit.html#results" if is_fragment(request) else "audits/audit.html", facts)


def _about(request: HttpRequest, found: Audit) -> dict[str, Any]:
    user = signed_in(request)
    gaps, sees_all = selection.gaps(user, found), cancelling.may_cancel(person(request), found)
    before = selection.audits(user).filter(pk__lt=found.pk).select_related("asked_by", "schedule").order_by("-pk")
    return {
        "audit": found,
        "line": audit_history.Line(found, ()),
        "progress": Progress.of(found),
        "may_stop": found.state in Audit.ACTIVE and sees_all,
        "gaps": gaps,
        "blind": audit_view.blind_spots(found) if sees_all else (),
        "unseen": sum(int(gap["count"]) for gap in gaps),
        "history": audit_history.lines(user, before[:BEFORE]),
    }


def _found(request: HttpRequest, found: Audit) -> dict[str, Any]:
    user, filters = signed_in(request), Filters.parse(request.GET)
    page, counts = selection.page(user, filters, found), selection.counts(user, filters, found)
    parts = selection.parts(user, found)
    names = [part.deployment.name for part in parts if part.deployment]
    return {
        "parts": parts,
        "filters": filters,
        "page": page,
        "groups": list(audit_view.groups(filters, finding_rows.rows(request, page.rows, found))),
        "tiles": list(audit_view.tiles(filters, counts)),
        "known": sum(counts.values()),
        "menus": list(audit_view.menus(user, filters, found, names)),
        "chosen": (*filters.state, *filters.severity),
        "formats": FORMATS,
        "here": filters.query(),
        "cleared": Filters(sort=filters.sort).query(),
        "by_rule": filters.query(sort=""),
        "by_secret": filters.query(sort=audit_view.BY_NAME),
        "previous": filters.query(page=max(1, page.number - 1)),
        "next": filters.query(page=page.number + 1),
    }


@require_GET
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """The fragment that polls itself, and has the findings come in its place; opened by hand it is the audit."""
    found = _find(request, number)
    if not is_fragment(request):
        return redirect("audit", found.pk)
    now = Progress.of(found)
    announce = str(now.quarter) != request.GET.get("quarter", "0")
    facts = {"audit": found, "progress": now, "announce": announce, "finished": not now.is_active}
    return render(request, "audits/progress.html", facts)


@require_GET
def export(request: HttpRequest, number: int) -> HttpResponseBase:
    """What the filters leave, as a file of the format that the address names."""
    found = _find(request, number)
    form = FORMATS.get(request.GET.get("as", ""))
    if form is None:
        raise Http404
    report = Report.of(request.user, Filters.parse(request.GET), found)
    name = f'attachment; filename="{report.name}.{form.ending}"'
    headers = {"Content-Disposition": name}
    return StreamingHttpResponse(form.write(report), content_type=form.content_type, headers=headers)


@require_POST
def send(request: HttpRequest, number: int) -> HttpResponse:
    """The report to one's own address, as the mails of schedules go to those that they name."""
    found, user = _find(request, number), signed_in(request)
    if found.state in Audit.ACTIVE:
        messages.error(request, _("This audit has not ended yet, so there is no report to send."))
    elif not user.email:
        messages.error(request, _("You have no e-mail address here. An administrator can add one under People."))
    else:
        _say(request, mailing.send(user, found))
    return redirect("audit", found.pk)


def _say(request: HttpRequest, result: Result) -> None:
    if result.state == Delivery.State.SENT:
        messages.success(request, _("The report is sent to %(address)s.") % {"address": signed_in(request).email})
    else:
        messages.error(request, " ".join(filter(None, [_("The report was not sent."), result.problem, result.code])))


@require_POST
def stop(request: HttpRequest, number: int) -> HttpResponse:
    found = _find(request, number)
    if cancelling.cancel(person(request), found):
        messages.info(request, _("Audit %(number)s is stopped. What it has read is kept.") % {"number": found.pk})
    else:
        messages.info(request, _("Audit %(number)s had ended already.") % {"number": found.pk})
    return redirect("audit", found.pk)
