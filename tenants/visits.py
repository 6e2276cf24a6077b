"""What the platform's team looks at in a company is told in that company's trail: each row once a visit."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from tenants import audit
from tenants.models import Member, Tenant

LENGTH = timedelta(minutes=30)
KEY = "visits"  # in the session: {tenant id: {"since": time, "pages": [address, …]}}
KEPT = 200  # addresses of a visit


def note(request: HttpRequest, tenant: Tenant, now: datetime, *, page: str = "", obj: Model | None = None) -> None:
    """A look at ``tenant``, and at one row of it where ``page`` says which; nothing for the company's own people."""
    if not _is_guest(request.user, tenant):
        return
    visits = request.session.get(KEY, {})
    visit = visits.get(str(tenant.pk))
    if visit is None or now - datetime.fromisoformat(visit["since"]) > LENGTH:
        visit = {"since": now.isoformat(), "pages": []}
        audit.record("platform.looked_at", tenant=tenant, actor=request.user)
    elif not page or page in visit["pages"]:
        return
    if page:
        visit["pages"] = [*visit["pages"][-KEPT:], page]
        audit.record("platform.opened", tenant=tenant, actor=request.user, obj=obj, page=page)
    request.session[KEY] = visits | {str(tenant.pk): visit}


def _is_guest(user: Any, tenant: Tenant) -> bool:
    return user.is_superuser and not Member.objects.filter(user=user, tenant=tenant).exists()
