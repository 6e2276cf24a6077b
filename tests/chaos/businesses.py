"""Writes the businesses of a plan into a copy's database, with the copy's settings.

``python -m tests.chaos.businesses PLAN.json``
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.db import transaction  # noqa: E402

from tenants import vault  # noqa: E402
from tenants.models import Credential, PhoneNumber, WhatsAppAccount  # noqa: E402
from tests.bench import backlog  # noqa: E402
from tests.chaos import plans  # noqa: E402
from tests.factories import make_ready_tenant  # noqa: E402
from whatsapp.content import Template, to_json  # noqa: E402


def make(plan: plans.Plan) -> None:
    tenant, meta = make_ready_tenant(plan.slug), plan.number
    account = WhatsAppAccount.objects.get(tenant=tenant)
    account.waba_id, account.business_portfolio_id = meta.waba_id, meta.portfolio
    account.save()
    vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, meta.token)
    PhoneNumber.objects.filter(tenant=tenant).update(
        phone_number_id=meta.phone_number_id,
        throughput=meta.throughput,
        coexistence=meta.throughput == plans.COEXISTENCE,
        messaging_limit=plan.messaging_limit,
    )
    words = {"content": to_json(Template("lembrete", "pt_BR"))} if plan.kind == "manual" else {}
    begin, over = datetime.fromtimestamp(plan.begin, UTC), timedelta(seconds=plan.seconds)
    backlog.fill(tenant, plan.jobs, due=begin, over=over, people=plan.people, kind=plan.kind, **words)


with transaction.atomic():
    for each in plans.read(Path(sys.argv[1])):
        make(each)
