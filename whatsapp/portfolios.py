"""Which business portfolio a WABA lives in: user ids are good within it, and messaging limits are counted by it."""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tenants import audit, contacts
from tenants.models import Identity, WhatsAppAccount
from whatsapp.models import Conversation


def learn(account: WhatsAppAccount, portfolio_id: str) -> int:
    """Keeps the portfolio, and gives user ids that came before it was known their scope; answers how many.

    Idempotent: what is known already changes nothing, and ids that have a scope keep it.
    """
    with transaction.atomic():
        row = WhatsAppAccount.objects.select_for_update().get(pk=account.pk)
        if portfolio_id and row.business_portfolio_id != portfolio_id:
            before, row.business_portfolio_id = row.business_portfolio_id, portfolio_id
            row.save(update_fields=["business_portfolio_id"])
            audit.record("account.portfolio", tenant=row.tenant, obj=row, before=before, after=portfolio_id)
        account.business_portfolio_id = row.business_portfolio_id
        return contacts.give_scope(_waiting(row), row.business_portfolio_id) if row.business_portfolio_id else 0


def _waiting(account: WhatsAppAccount) -> QuerySet[Identity]:
    """Ids without a scope that came through this portfolio's accounts and no other of the company.

    Where somebody talked with numbers of two portfolios, nobody can tell which one an id belongs to.
    """
    of_company = WhatsAppAccount.objects.filter(tenant=account.tenant_id)
    others = of_company.exclude(business_portfolio_id=account.business_portfolio_id)
    rows = Identity.objects.filter(tenant=account.tenant_id, business_portfolio_id="")
    if not others.exists():
        return rows
    threads = Conversation.objects.filter(contact=OuterRef("contact"))
    here = threads.filter(number__account__business_portfolio_id=account.business_portfolio_id)
    return rows.filter(Exists(here)).exclude(Exists(threads.filter(number__account__in=others)))
