"""Finds contacts as people type them: part of a name, accents aside; part of a phone, with or without ninth digit."""

import re

from django.db.models import Q, QuerySet, Value

from tenants import phones
from tenants.folding import Fold, names_of
from tenants.models import Contact, Identity, Tenant

SHORTEST = 3  # letters or digits: what the trigram indexes can find


def contacts(tenant: Tenant, q: str) -> QuerySet[Contact]:
    """The contacts of ``tenant`` whose names hold every word of ``q``, or whose numbers hold its digits."""
    rows = Contact.objects.for_tenant(tenant)
    if re.search(r"[^\W\d_]", q):  # asked for the newest, a common name is found by age, a rare one by the names' index
        return _named(rows, q)
    return rows.filter(Q(pk__in=_named(rows, q).values("pk")) | _by_number(tenant, q))


def _named(rows: QuerySet[Contact], q: str) -> QuerySet[Contact]:
    words = re.findall(r"\w+", q)
    if not any(len(word) >= SHORTEST for word in words):
        return rows.none()
    rows = rows.alias(folded=names_of())
    for word in words:
        rows = rows.filter(folded__contains=Fold(Value(word)))
    return rows


def _by_number(tenant: Tenant, q: str) -> Q:
    digits = phones.digits(q)
    if len(digits) < SHORTEST:
        return Q(pk__in=[])
    held = Q()
    for part in phones.parts(digits):
        held |= Q(value__contains=part)
    numbers = Identity.objects.for_tenant(tenant).filter(held, kind=Identity.Kind.WA_ID)
    return Q(pk__in=numbers.values("contact"))
