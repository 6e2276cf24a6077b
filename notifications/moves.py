"""People who go by another number or user id: what waits for them goes to the new one."""

from collections.abc import Sequence
from datetime import datetime

from notifications import timeline
from notifications.models import NotificationJob
from tenants import phones, rows
from tenants.models import Identity
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import IdentityChanged

State = NotificationJob.State


@handles(IdentityChanged)
def readdress(batch: Sequence[Incoming[IdentityChanged]], now: datetime) -> None:
    """Messages that wait for a person who moved follow them; what is being sent is left to its outcome."""
    ids = {value for each in batch for value in (each.event.after.wa_id, each.event.after.user_id) if value}
    owners = Identity.objects.filter(tenant__in={each.tenant.pk for each in batch}, value__in=ids).values("contact")
    jobs = NotificationJob.objects.filter(contact__in=owners, state=State.PENDING, contact__moved_at__isnull=False)
    moved = [
        (job, job.to, address)
        for job in jobs.select_related("contact").order_by("pk").select_for_update(of=("self",))
        if (address := phones.recipient(job.contact.address)) and address != job.to
    ]
    for job, _before, address in moved:
        job.to = address
    rows.update([job for job, *_ in moved], ["to"])
    rows.insert(
        [timeline.draft(job, "readdressed", now=now, before=before, to=address) for job, before, address in moved]
    )
