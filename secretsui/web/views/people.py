"""People and their groups. A new person gets a one-time link, shown once; nobody is ever given a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from secretsui.access import door
from secretsui.access.models import AccessEvent
from secretsui.web.forms.ids import is_id
from secretsui.web.guards import administrators_only, person, signed_in
from secretsui.web.links import password_link
from secretsui.web.person_record import record_person
from secretsui.web.reauth import recently_required

if TYPE_CHECKING:
    AnyGroups = forms.ModelMultipleChoiceField[Group]
else:
    AnyGroups = forms.ModelMultipleChoiceField


class Groups(AnyGroups):
    def clean(self, value: Any) -> Any:
        """What can be the id of no row is no group, like any other that is unknown."""
        if not all(is_id(str(each)) for each in value or ()):
            raise forms.ValidationError(self.error_messages["invalid_choice"], params={"value": ""})
        return super().clean(value)


class PersonForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("Username"), max_length=150, validators=[UnicodeUsernameValidator()], strip=True
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    groups = Groups(
        Group.objects.order_by("name"),
        label=gettext_lazy("Groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Grants on prefixes are given to groups."),
    )
    new_group = forms.CharField(label=gettext_lazy("New group"), max_length=150, required=False)
    administrator = forms.BooleanField(
        label=gettext_lazy("Administrator"),
        required=False,
        help_text=gettext_lazy("Manages accounts, prefixes, grants and people. It gives no right on secrets."),
    )

    def __init__(self, *args: Any, user: User | None = None, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.actor = user, actor

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        taken = User.objects.filter(username__iexact=username)
        if self.user:
            taken = taken.exclude(pk=self.user.pk)
        if taken.exists():
            raise forms.ValidationError(_("Somebody has this username already. Choose another one."))
        return username

    def clean_administrator(self) -> bool:
        wanted: bool = self.cleaned_data["administrator"]
        if self.user == self.actor and not wanted:
            raise forms.ValidationError(_("You cannot take this from yourself; another administrator can."))
        return wanted

    def save(self) -> User:
        data = self.cleaned_data
        user = self.user or User()
        user.username, user.email, user.is_superuser = data["username"], data["email"], data["administrator"]
        if not user.pk:
            user.set_unusable_password()
        user.save()
        groups = list(data["groups"])
        if name := data["new_group"].strip():
            groups.append(Group.objects.get_or_create(name=name)[0])
        user.groups.set(groups)
        return user


@administrators_only
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    users = User.objects.order_by("-is_active", "username").prefetch_related("groups")
    return render(request, "people/people.html", {"people": users})


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None, actor=signed_in(request))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user = form.save()
            record_person(person(request), user)
        return _show_link(request, user)
    return render(request, "people/form.html", {"form": form}, status=422 if form.errors else 200)


@administrators_only
@recently_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    initial = {
        "username": user.username,
        "email": user.email,
        "groups": user.groups.all(),
        "administrator": user.is_superuser,
    }
    form = PersonForm(request.POST or None, initial=initial, user=user, actor=signed_in(request))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            record_person(person(request), form.save())
        messages.success(request, _("%(name)s saved.") % {"name": user.username})
        return redirect("people")
    return render(request, "people/form.html", {"form": form, "known": user}, status=422 if form.errors else 200)


def _person_page(request: HttpRequest, pk: int) -> str:
    return reverse("person-edit", args=[pk])


@administrators_only
@require_POST
@recently_required(back=_person_page)
def link(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk, is_active=True)
    door.record_admin(person(request), AccessEvent.Action.PERSON, None, "one-time link made", name=user.username)
    return _show_link(request, user)


def _show_link(request: HttpRequest, user: User) -> HttpResponse:
    """In this one answer only: not in a session, a message or an address."""
    url = request.build_absolute_uri(password_link(user))
    return render(request, "people/link.html", {"known": user, "link": url})


@administrators_only
@require_POST
@recently_required(back=_person_page)
def active(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a person off or on. Rows stay, so the access log keeps its names."""
    user = get_object_or_404(User, pk=pk)
    if user == request.user:
        messages.error(request, _("You cannot switch off yourself; another administrator can."))
        return redirect("person-edit", pk)
    with transaction.atomic():
        user.is_active = request.POST.get("active") == "on"
        user.save(update_fields=["is_active"])
        record_person(person(request), user)
    words = _("%(name)s can sign in again.") if user.is_active else _("%(name)s is switched off.")
    messages.success(request, words % {"name": user.username})
    return redirect("people")
