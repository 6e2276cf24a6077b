"""What a person looks for again and again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.scoping import TenantScopedModel


class SavedFilter(TenantScopedModel):
    """A person's own filter of a list: the query string of the list's address, by a name of the person's choice.

    ``page`` is the name of the list's address; ``is_start`` says that the page begins with it (one a page at most).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    page = models.CharField(_("page"), max_length=40)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(_("filters"), max_length=500)
    is_start = models.BooleanField(_("the page begins with it"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user", "page", "name"], name="one_saved_filter_a_name"),
            models.UniqueConstraint(
                fields=["tenant", "user", "page"], condition=Q(is_start=True), name="one_start_a_page"
            ),
        ]

    def __str__(self) -> str:
        return self.name
