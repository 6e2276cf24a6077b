"""What Meta says of accounts and numbers, and what a business's phone says of its address book."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import Contact, PhoneNumber, WhatsAppAccount
from tenants.scoping import TenantScopedModel


class AccountNotice(TenantScopedModel):
    """One fact that Meta told of an account, or of one of its numbers (``number`` empty: of all).

    ``word`` is the event, decision or alert as Meta spells it. Never changed; what holds now follows from the newest
    ones (whatsapp.notices).
    """

    account = models.ForeignKey(
        WhatsAppAccount,
        models.CASCADE,
        related_name="notices",
        verbose_name=_("WhatsApp Business account"),
    )
    number = models.ForeignKey(PhoneNumber, models.CASCADE, null=True, related_name="notices", verbose_name=_("number"))
    key = models.CharField(_("key"), max_length=64, unique=True, help_text=_("That of the event that told it."))
    field = models.CharField(_("field"), max_length=60)
    word = models.CharField(_("what"), max_length=60, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    occurred_at = models.DateTimeField(_("time"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    class Meta:
        ordering = ["-occurred_at", "-id"]
        verbose_name = _("notice from Meta")
        verbose_name_plural = _("notices from Meta")
        indexes = [models.Index(fields=["account", "field", "-occurred_at"], name="notice_newest")]

    def __str__(self) -> str:
        return f"{self.field} {self.word}".strip()


class BookEntry(TenantScopedModel):
    """A person in the address book of a business's phone, as the phone's newest words say (whatsapp.address_book).

    A removed one stays, so that an older word that comes late changes nothing.
    """

    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="book", verbose_name=_("number"))
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="book_entries", verbose_name=_("contact"))
    name = models.CharField(_("name in the phone"), max_length=120, blank=True)
    named_at = models.DateTimeField(_("named at"), null=True)
    is_removed = models.BooleanField(_("removed"), default=False)
    occurred_at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("address book entry")
        verbose_name_plural = _("address book entries")
        constraints = [models.UniqueConstraint(fields=["number", "contact"], name="one_book_entry_a_contact")]

    def __str__(self) -> str:
        return self.name or str(self.contact)
