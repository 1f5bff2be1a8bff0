"""Why a secret of another account cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from secretsui.access import doctor_door, policy
from secretsui.core.doctor.asking import Asking
from secretsui.inventory.models import Prefix, SecretRecord
from secretsui.stores.base import StoreError
from secretsui.web import conflict_subject, context
from secretsui.web.doctor_question import asking_of
from secretsui.web.doctor_words import diagnosis
from secretsui.web.forms.doctor import DoctorForm
from secretsui.web.guards import person

PAGE: Final = "doctor/doctor.html"
_STORE: Final = Prefix.StoreKind.SECRETS_MANAGER


@require_http_methods(["GET", "POST"])
def doctor(request: HttpRequest) -> HttpResponse:
    prefixes, deployments = _prefixes(request), conflict_subject.visible(request)
    form = DoctorForm(
        request.POST if request.method == "POST" else None,
        prefixes=prefixes,
        deployments=deployments,
        initial={name: request.GET.get(name, "") for name in ("place", "key", "deployment")},
    )
    facts: dict[str, Any] = {"form": form, "prefixes": prefixes}
    if not form.is_bound:
        return render(request, PAGE, facts)
    if not form.is_valid() or (key := _key(request, form)) is None:
        return render(request, PAGE, facts, status=422)
    return render(request, PAGE, facts | _found(request, form, key))


def _found(request: HttpRequest, form: DoctorForm, key: str) -> dict[str, Any]:
    prefix, data = form.prefix_of_secret, form.cleaned_data
    told = asking_of(form.deployment_that_asks, prefix, key)
    asking = Asking(data["asked"] or told.name, data["region"] or told.region)
    try:
        door = doctor_door.open_doctor(person(request), prefix)
        return {"found": diagnosis(door.facts(prefix.name_of(key), data["role"], asking))}
    except policy.NotVisible as hidden:
        raise Http404 from hidden
    except StoreError as problem:
        return {"problem": problem}


def _key(request: HttpRequest, form: DoctorForm) -> str | None:
    """As it is typed, without the prefix if that was typed as well; or that of the first secret."""
    prefix, given = form.prefix_of_secret, form.cleaned_data["key"]
    if given:
        return prefix.key_of(given)
    if not policy.can_list(request.user, prefix):
        form.add_error("key", _("You have no grant on this prefix, so its ids are not listed. Write the id of one."))
        return None
    alive = SecretRecord.objects.filter(prefix=prefix, deleted_at=None).order_by("key")
    first = alive.values_list("key", flat=True).first()
    if first is None:
        form.add_error("key", _("No secret of this prefix is known yet. Write the id of one."))
    return first


def _prefixes(request: HttpRequest) -> Sequence[Prefix]:
    if policy.may_administer(request.user):
        return list(Prefix.objects.filter(store_kind=_STORE).select_related("account"))
    return [each for each in context.visible(request) if each.store_kind == _STORE]
