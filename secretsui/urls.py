"""Every route, grouped by screen: the product's table of contents."""

from __future__ import annotations

from allauth.account import views as allauth_views
from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter
from django.views.decorators.http import require_http_methods

from secretsui.web.secret_path import SecretPath
from secretsui.web.views import (
    accounts,
    activity,
    audits,
    builder,
    bulk,
    conflict_fixes,
    conflicts,
    create,
    delete,
    deployment_grants,
    deployment_import,
    deployment_reporter,
    deployment_sources,
    deployments,
    doctor,
    edit,
    errors,
    findings,
    metrics,
    notifications,
    overview,
    pattern_test,
    people,
    prefixes,
    recipients,
    refresh,
    reports,
    reveal,
    rules,
    schedules,
    secret,
    secrets,
    settings_check,
    setup,
    shell,
    tags,
    trash,
    types,
    versions,
    why,
)

Routes = list[URLPattern | URLResolver]

register_converter(SecretPath, "secret")

form = require_http_methods(["GET", "POST"])

# Only what is offered: no sign-up, no change of address, no reset by e-mail, no social accounts.
person_routes: Routes = [
    path("login/", form(allauth_views.login), name="account_login"),
    path("logout/", form(allauth_views.logout), name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", form(allauth_views.reauthenticate), name="account_reauthenticate"),
    path("password/change/", form(allauth_views.password_change), name="account_change_password"),
    path("password/set/done/", allauth_views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/set/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        form(allauth_views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]

overview_routes: Routes = [
    path("", overview.overview, name="overview"),
]

list_routes: Routes = [
    path("secrets/", secrets.secrets, name="secrets"),
    path("secrets/bulk/", bulk.bulk, name="secrets-bulk"),
    path("secrets/export/", secrets.export, name="secrets-export"),
    path("inventory/refresh/", refresh.refresh, name="refresh"),
    path("inventory/progress/", refresh.progress, name="refresh-progress"),
]

# One secret: detail, reveal, edit, versions, delete, trash.
at = "s/<slug:account>/<str:address>/<secret:name>"  # `/-/` keeps actions apart from names with slashes
secret_routes: Routes = [
    path("secrets/new", create.new, name="secret-new"),
    path("secrets/new/-/preview", create.preview, name="secret-new-preview"),
    path("trash/", trash.trash, name="trash"),
    path(at, secret.show, name="secret"),
    path(f"{at}/-/fields", secret.fields, name="secret-fields"),
    path(f"{at}/-/policy", secret.policy, name="secret-policy"),
    path(f"{at}/-/reveal", reveal.reveal, name="secret-reveal"),
    path(f"{at}/-/edit", edit.edit, name="secret-edit"),
    path(f"{at}/-/preview", edit.preview, name="secret-preview"),
    path(f"{at}/-/versions", versions.versions, name="secret-versions"),
    path(f"{at}/-/compare", versions.compare_two, name="secret-compare"),
    path(f"{at}/-/put-back", versions.put_back, name="secret-put-back"),
    path(f"{at}/-/version", versions.change, name="secret-version"),
    path(f"{at}/-/tags", tags.tags, name="secret-tags"),
    path(f"{at}/-/details", tags.details, name="secret-details"),
    path(f"{at}/-/delete", delete.delete, name="secret-delete"),
    path(f"{at}/-/restore", delete.restore, name="secret-restore"),
]

# Which value wins: a deployment's matrix, one id of it, and what is done about it.
one = "d/<slug:deployment>/conflicts/<str:kind>/<secret:key>"
conflict_routes: Routes = [
    path("d/", conflicts.start, name="conflicts-start"),
    path("d/<slug:deployment>/conflicts/", conflicts.conflicts, name="conflicts"),
    path("d/<slug:deployment>/conflicts/-/check", conflicts.check, name="conflicts-check"),
    path("d/<slug:deployment>/conflicts/-/progress", conflicts.progress, name="conflicts-progress"),
    path("d/<slug:deployment>/conflicts/-/export", conflicts.export, name="conflicts-export"),
    path(one, conflicts.conflict, name="conflict"),
    path(f"{one}/-/delete-row", conflict_fixes.delete_row, name="conflict-delete-row"),
    path(f"{one}/-/pattern", conflict_fixes.pattern, name="conflict-pattern"),
    path(f"{one}/-/adopt", conflict_fixes.adopt, name="conflict-adopt"),
    path(f"{one}/-/environment", conflict_fixes.environment, name="conflict-environment"),
    path("why/", why.why, name="why"),
]

builder_routes: Routes = [
    path("builder/", builder.builder, name="builder"),
    path("builder/preview", builder.preview, name="builder-preview"),
    path("builder/paste", builder.paste, name="builder-paste"),
    path("builder/test", builder.test, name="builder-test"),
]

setup_routes: Routes = [
    path("setup/", setup.setup, name="setup"),
    path("setup/preview", setup.preview, name="setup-preview"),
    path("setup/save/", setup.save, name="setup-save"),
]

# Settings that are there already, and lookup patterns.
check_routes: Routes = [
    path("setup/check/", settings_check.check, name="settings-check"),
    path("setup/pattern/", pattern_test.pattern_test, name="pattern-test"),
    path("doctor/", doctor.doctor, name="doctor"),
]

type_routes: Routes = [
    path("types/", types.types, name="types"),
]

rule_routes: Routes = [
    path("rules/<str:rule>/", rules.rule, name="rule"),
]

audit_routes: Routes = [
    path("audits/", audits.audits, name="audits"),
    path("audits/<int:number>/", audits.audit, name="audit"),
    path("audits/<int:number>/progress/", audits.progress, name="audit-progress"),
    path("audits/<int:number>/export/", audits.export, name="audit-export"),
    path("audits/<int:number>/stop/", audits.stop, name="audit-stop"),
    path("audits/<int:number>/send/", audits.send, name="audit-send"),
    path("findings/<slug:fingerprint>/", findings.finding, name="finding"),
    path("findings/<slug:fingerprint>/accept/", findings.accept, name="finding-accept"),
    path("findings/<slug:fingerprint>/withdraw/", findings.withdraw, name="finding-withdraw"),
    path("findings/<slug:fingerprint>/assign/", findings.assign, name="finding-assign"),
]

account_routes: Routes = [
    path("", accounts.accounts, name="accounts"),
    path("new/", accounts.new, name="account-new"),
    path("<slug:account>/", accounts.edit, name="account-edit"),
    path("<slug:account>/test/", accounts.test, name="account-test"),
    path("<slug:account>/remove/", accounts.remove, name="account-remove"),
    path("<slug:account>/prefixes/new/", prefixes.new, name="prefix-new"),
    path("<slug:account>/prefixes/<int:pk>/", prefixes.edit, name="prefix-edit"),
    path("<slug:account>/prefixes/<int:pk>/test/", prefixes.test, name="prefix-test"),
    path("<slug:account>/prefixes/<int:pk>/grants/", prefixes.grants, name="grants"),
    path("<slug:account>/prefixes/<int:pk>/remove/", prefixes.remove, name="prefix-remove"),
]

deployment_routes: Routes = [
    path("", deployments.deployments, name="deployments"),
    path("new/", deployments.new, name="deployment-new"),
    path("<slug:deployment>/", deployments.edit, name="deployment-edit"),
    path("<slug:deployment>/test/", deployments.test, name="deployment-test"),
    path("<slug:deployment>/check/", deployments.check, name="deployment-check"),
    path("<slug:deployment>/grants/", deployment_grants.grants, name="deployment-grants"),
    path("<slug:deployment>/sources/", deployment_sources.sources, name="deployment-sources"),
    path(
        "<slug:deployment>/sources/<int:pk>/remove/", deployment_sources.remove_source, name="deployment-source-remove"
    ),
    path("<slug:deployment>/files/", deployment_sources.files, name="deployment-files"),
    path("<slug:deployment>/import/", deployment_import.import_settings, name="deployment-import"),
    path("<slug:deployment>/reporter/", deployment_reporter.reporter, name="deployment-reporter"),
    path("<slug:deployment>/remove/", deployments.remove, name="deployment-remove"),
]

schedule_routes: Routes = [
    path("", schedules.schedules, name="schedules"),
    path("new/", schedules.new, name="schedule-new"),
    path("times/", schedules.times, name="schedule-times"),
    path("<int:pk>/", schedules.schedule, name="schedule"),
    path("<int:pk>/active/", schedules.active, name="schedule-active"),
    path("<int:pk>/remove/", schedules.remove, name="schedule-remove"),
    path("<int:pk>/recipients/new/", recipients.new, name="recipient-new"),
    path("<int:pk>/recipients/<int:recipient>/", recipients.edit, name="recipient"),
    path("<int:pk>/recipients/<int:recipient>/remove/", recipients.remove, name="recipient-remove"),
    path("<int:pk>/recipients/<int:recipient>/mail/", recipients.mail, name="recipient-mail"),
    path("<int:pk>/recipients/<int:recipient>/mail/html/", recipients.mail_html, name="recipient-mail-html"),
    path("<int:pk>/recipients/<int:recipient>/test/", recipients.test, name="recipient-test"),
    path("<int:pk>/deliveries/<int:delivery>/again/", recipients.again, name="delivery-again"),
]

# The last two are in every e-mail, and work without signing in: their token is signed.
notification_routes: Routes = [
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/<int:pk>/", notifications.notification, name="notification"),
    path("unsubscribe/<str:token>/", notifications.unsubscribe, name="unsubscribe"),
    path("snooze/<str:token>/", notifications.snooze, name="snooze"),
]

activity_routes: Routes = [
    path("", activity.activity, name="activity"),
    path("export/", activity.export, name="activity-export"),
]

people_routes: Routes = [
    path("", people.people, name="people"),
    path("new/", people.new, name="person-new"),
    path("<int:pk>/", people.edit, name="person-edit"),
    path("<int:pk>/link/", people.link, name="person-link"),
    path("<int:pk>/active/", people.active, name="person-active"),
]

urlpatterns: Routes = [
    *overview_routes,
    *list_routes,
    *secret_routes,
    *conflict_routes,
    *builder_routes,
    *setup_routes,
    *check_routes,
    *type_routes,
    *rule_routes,
    *audit_routes,
    path("settings/accounts/", include(account_routes)),
    path("settings/deployments/", include(deployment_routes)),
    path("settings/people/", include(people_routes)),
    path("audits/schedules/", include(schedule_routes)),
    *notification_routes,
    path("activity/", include(activity_routes)),
    path("accounts/", include(person_routes)),
    path("report/<slug:deployment>/", reports.report, name="report"),
    path("theme/", shell.theme, name="theme"),
    path("healthz", shell.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.failed
