"""A forgotten customer's bookings and notices (tenants.erasing): what waits is cancelled, names and words go."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from notifications.models import (
    Appointment,
    JobAttempt,
    JobEvent,
    ManualNotice,
    NotificationJob,
    OneTimeCode,
    OutboxEvent,
    Rate,
)
from notifications.queue.promise import cancel
from tenants import audit, phones
from tenants.erasing import ErasureRefused, Forgotten, Hashed, forgets
from tenants.models import Contact
from whatsapp.models import Conversation, Message


@forgets
def forget_notices(contact: Contact, now: datetime) -> Forgotten:
    """ErasureRefused while a message is under way: its words are needed until its outcome is known."""
    jobs = NotificationJob.objects.filter(contact=contact)
    if jobs.filter(state=NotificationJob.State.SENDING).exists():
        raise ErasureRefused(_("A message to this person is being sent at this moment. Try again in a minute."))
    OneTimeCode.objects.filter(contact=contact).delete()
    counts = {"cancelled": cancel(jobs, reason_code="contact_erased", now=now)}
    Rate.objects.filter(number__tenant=contact.tenant_id, recipient=phones.recipient(contact.address)).delete()
    _forget_told(contact)
    counts["notices"] = _forget_jobs(list(jobs.values_list("pk", flat=True)))
    counts["appointments"] = _forget_bookings(contact)
    ManualNotice.objects.filter(contact=contact).delete()
    bookings = Appointment.objects.filter(contact=contact)
    return Forgotten(counts, [*jobs.only("pk"), *bookings.only("pk")])


def _forget_jobs(jobs: list) -> int:
    JobEvent.objects.filter(job__in=jobs).update(detail={})
    attempts = JobAttempt.objects.filter(job__in=jobs)
    attempts.exclude(provider_message_id="").update(provider_message_id=Hashed("provider_message_id"))
    attempts.update(error="", fbtrace_id="")
    rows = NotificationJob.objects.filter(pk__in=jobs)
    return rows.update(to="", content=None, reply_to="", window={}, reason_detail={})


def _forget_bookings(contact: Contact) -> int:
    """The company's book keeps the hour and the service; nobody is told of it any more."""
    rows = Appointment.objects.filter(contact=contact)
    return rows.update(customer_name=audit.ERASED, customer_phone="", notify=False, answer_message_id="")


def _forget_told(contact: Contact) -> None:
    """Events out that name the person, published or not."""
    threads = Conversation.objects.filter(contact=contact).values_list("pk", flat=True)
    wamids = Message.objects.filter(contact=contact).exclude(provider_message_id=None)
    phone = phones.recipient(contact.address)
    names = Q(data__contact_id=str(contact.pk)) | Q(data__conversation_id__in=[str(pk) for pk in threads])
    names |= Q(data__message_id__in=list(wamids.values_list("provider_message_id", flat=True)))
    names |= Q(data__from_phone=phone) | Q(data__phone=phone) | Q(data__from_user_id=phone)
    OutboxEvent.objects.for_tenant(contact.tenant).filter(names).delete()
