"""The report of one audit as a mail to whoever asks for it: what that person sees of it, and nobody else."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretsui.audits import links, smtp
from secretsui.audits.exports import FORMATS, Report
from secretsui.audits.models import Audit
from secretsui.audits.results import Result
from secretsui.audits.selection import Filters

FORM: Final = FORMATS["html"]


def send(user: User, audit: Audit) -> Result:
    """Once, now; what the mail server says is the answer."""
    return smtp.send(message(user, audit))


def message(user: User, audit: Audit) -> EmailMultiAlternatives:
    report = Report.of(user, Filters(), audit)
    number = report.findings.count()
    told = ngettext("%(number)d open finding", "%(number)d open findings", number) % {"number": number}
    heading = _("Audit %(audit)d: %(told)s") % {"audit": audit.pk, "told": told}
    subject = heading if report.is_complete else _("Incomplete: %(heading)s") % {"heading": heading}
    text = "\n\n".join(filter(None, (report.incomplete, heading, links.absolute("audit", audit.pk))))
    mail = EmailMultiAlternatives(f"[secretsui] {subject}", text, to=[user.email])
    mail.attach(f"{report.name}.{FORM.ending}", "".join(FORM.write(report)), "text/html")
    return mail
