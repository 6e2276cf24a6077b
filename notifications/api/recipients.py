"""Whom the API is asked to write to."""

from django.utils.translation import gettext as _
from rest_framework import serializers

from tenants import phones
from tenants.contacts import find_by_phone, get_or_create_for_phone
from tenants.models import Contact, Identity, PhoneNumber, Tenant
from whatsapp.providers.values import USER_ID


class Recipient:
    """Whom a posted ``to`` means; the contact is made when the message is promised, not before.

    A user id counts within one business portfolio only: it must be one that the number's (or a number's) belongs to.
    """

    def __init__(self, tenant: Tenant, to: str, number: PhoneNumber | None) -> None:
        self.tenant = tenant
        users = Identity.objects.for_tenant(tenant).filter(kind=Identity.Kind.USER_ID, value=to)
        known = list(users.select_related("contact"))
        self.known = next((one for one in known if _is_within_reach(one, number)), None)
        if known and self.known is None:
            sentence = (
                _("This user id is of another business portfolio than the number's.")
                if number
                else _("This user id is of another business portfolio; no number of yours can write to it.")
            )
            raise serializers.ValidationError({"to": sentence})
        if not self.known and USER_ID.fullmatch(to):
            raise serializers.ValidationError({"to": _("Nobody who wrote to you has this WhatsApp user id.")})
        try:
            self.to = to if self.known else phones.normalize(to)
        except ValueError as error:
            raise serializers.ValidationError({"to": str(error)}) from None
        if not self.known:
            _check_not_ours(tenant, self.to, number)

    def known_contact(self) -> Contact | None:
        """The person, where they exist already."""
        return self.known.contact if self.known else find_by_phone(self.tenant, self.to)

    def contact(self) -> Contact:
        return self.known.contact if self.known else get_or_create_for_phone(self.tenant, self.to)


def _is_within_reach(identity: Identity, number: PhoneNumber | None) -> bool:
    portfolio = identity.business_portfolio_id
    if number is not None:
        return number.account is not None and number.account.business_portfolio_id == portfolio
    own = PhoneNumber.objects.for_tenant(identity.tenant).owned()
    return own.filter(account__business_portfolio_id=portfolio).exists()


def _check_not_ours(tenant: Tenant, to: str, number: PhoneNumber | None) -> None:
    """Refused where the only number that could send is the one written to."""
    senders = [number] if number else PhoneNumber.objects.for_tenant(tenant).owned()
    own = {phones.digits(sender.display_phone_number) for sender in senders}
    if own == {phones.digits(to)}:
        raise serializers.ValidationError({"to": _("This is your own number. A number cannot write to itself.")})
