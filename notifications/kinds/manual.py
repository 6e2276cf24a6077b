"""A message that a person or a tenant's system wrote: its content stands in the job."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from notifications.kinds.base import Defaults, NotSendable, Unconfirmed, check_window
from notifications.models import NotificationJob
from templates_mgmt import mapping
from whatsapp.content import Content, Template, from_json
from whatsapp.window import Window


class Given(Defaults):
    """A kind whose words were given when it was queued; a template goes always, all else inside the window."""

    def content(self, job: NotificationJob, window: Window, _now: datetime) -> Content:
        try:
            content = from_json(job.content or {})
        except (ValueError, TypeError, KeyError) as error:
            raise NotSendable("content_unreadable", error=str(error)[:200]) from error
        if not isinstance(content, Template):
            check_window(window)
        elif job.number and job.number.account:
            return mapping.checked(content, job.number.account)
        return content


class Manual(Given):
    name = "manual"
    label = _("Manual message")
    automatic = False
    if_unconfirmed = Unconfirmed.PERSON
    late_limit = timedelta(hours=24)
