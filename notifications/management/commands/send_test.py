"""manage.py send_test: one message to one phone, through the real queue."""

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from notifications import reasons, sending, states
from notifications.models import NotificationJob
from templates_mgmt.models import MessageTemplate
from tenants import phones
from tenants.commands import RecadoCommand, add_tenant_option, find_tenant
from tenants.contacts import get_or_create_for_phone
from tenants.models import Tenant
from whatsapp.content import Content, Parameter, Template, Text
from whatsapp.errors import InvalidContent
from whatsapp.models import Message

OVER = frozenset({"sent", "delivered", "read", "failed", "skipped", "cancelled"})
POLL_SECONDS = 0.25


class Command(RecadoCommand):
    help = (
        "Sends one message to one phone: --text inside the customer's 24-hour window, --template at any time. It goes "
        "through the queue like every other one, so a worker (or the process address) must run. Waits for the outcome; "
        "exit code 1 with the reason where it was not sent."
    )

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser)
        parser.add_argument("--to", required=True, metavar="PHONE", help="with country code, or a Brazilian number")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--text", help="free text")
        what.add_argument("--template", metavar="NAME", help="an approved template of the company")
        parser.add_argument(
            "--value", action="append", default=[], help="a variable of the template, in order; repeat it"
        )
        parser.add_argument("--wait", type=int, default=20, metavar="SECONDS", help="0: do not wait for the outcome")

    def run(self, *, tenant_id: str | None, to: str, wait: int, **options: Any) -> dict[str, Any]:
        tenant = find_tenant(tenant_id) if tenant_id else _only_tenant()
        job = _queue(tenant, to, _content(tenant, options))
        job = _wait(job, wait)
        state = states.combined_state(job)
        if state in {"failed", "skipped", "cancelled"}:
            raise CommandError(reasons.explain(job.reason_code, job.reason_detail).sentence)
        wamid = job.message.provider_message_id if job.message else None
        return {"id": str(job.pk), "to": job.to, "state": state, "provider_message_id": wamid}


def _only_tenant() -> Tenant:
    tenants = list(Tenant.objects.exclude(state=Tenant.State.CLOSED)[:2])
    if len(tenants) != 1:
        raise CommandError("Name the company with --tenant-id.")
    return tenants[0]


def _content(tenant: Tenant, options: dict[str, Any]) -> Content:
    if options["text"] is not None:
        return Text(options["text"])
    template = MessageTemplate.objects.for_tenant(tenant).filter(name=options["template"]).first()
    if template is None:
        raise CommandError(f"The company has no template {options['template']!r}; run sync_templates first.")
    return Template(template.name, template.language, tuple(Parameter(value) for value in options["value"]))


def _queue(tenant: Tenant, to: str, content: Content) -> NotificationJob:
    try:
        phone = phones.normalize(to)
        contact = get_or_create_for_phone(tenant, phone)
        return sending.send(tenant, contact, phone, content, origin=Message.Origin.OPERATOR, now=timezone.now())
    except (InvalidContent, ValueError) as problem:
        raise CommandError(str(problem)) from problem


def _wait(job: NotificationJob, seconds: int) -> NotificationJob:
    until = time.monotonic() + seconds
    while True:
        job = NotificationJob.objects.select_related("message").get(pk=job.pk)
        if states.combined_state(job) in OVER or time.monotonic() >= until:
            return job
        time.sleep(POLL_SECONDS)
