"""The message that carries a one-time code: an authentication template, soon or not at all."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from notifications.kinds.base import Defaults, NotSendable
from notifications.models import NotificationJob, OneTimeCode
from templates_mgmt import one_time
from tenants import vault
from whatsapp.content import Content
from whatsapp.window import Window


class OneTimeCodeNotice(Defaults):
    """Somebody waits for it in front of another screen: it is not held by what binds automatic notices."""

    name = "one_time_code"
    label = _("One-time code")
    automatic = False
    late_limit = OneTimeCode.LIFE
    waits_out_hours = False

    def still_wanted(self, job: NotificationJob, _now: datetime) -> str | None:
        row = _code_of(job)
        return None if row is None or row.state == OneTimeCode.State.OPEN else "code_over"

    def content(self, job: NotificationJob, _window: Window, now: datetime) -> Content:
        """The code is read here, for the request alone: what is stored of the content is masked."""
        row = _code_of(job)
        if row is None or row.ciphertext is None or not row.counts(now):
            raise NotSendable("code_over")
        try:
            code = vault.decrypt(bytes(row.ciphertext))
        except vault.SecretUnreadable:
            raise NotSendable("code_over") from None
        if job.number is None or job.number.account is None:
            raise NotSendable("no_code_template")
        template = one_time.speaker(job.number.account, row.template_name, row.language, job.tenant.language)
        return one_time.filled(template, code)


def _code_of(job: NotificationJob) -> OneTimeCode | None:
    """Read once for a job, which keeps it."""
    return getattr(job, "one_time_code", None)
