"""The files of messages: what was told of them, how far their download is, what was found in them."""

import secrets
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import PhoneNumber
from tenants.scoping import TenantScopedModel, tenant_key
from whatsapp.models.message import Message
from whatsapp.models.webhook import WebhookEvent

ID_LIFE = timedelta(days=7)  # how long Meta serves a file under the id of a webhook
THUMBNAIL_SUFFIX = ".webp"


def unguessable_key() -> str:
    return secrets.token_hex(16)


class Media(TenantScopedModel):
    """One file of a message; made with its message, downloaded later.

    State::

        pending -> downloading                a worker claimed it: one attempt more, a lease until ``due_at``
        downloading -> downloaded             the file is in the storage; size, sha256 and type are the file's own
        downloading -> pending                tried again at ``due_at``, or waits for access or for storage
        downloading -> downloading            the lease ran out (a killed worker): claimed anew
        downloading -> failed                 the last attempt failed, or no other could succeed
        pending, downloading -> expired       the provider keeps a file for 7 days only
        failed -> pending                     a person asks again

    ``mime_type`` and ``sha256_told`` are the provider's words; ``detected_type`` and ``sha256`` the file's own. A
    difference is shown, never refused. The object's name in the storage is ``object_name``, fixed from the start, so
    that an attempt writes over what an earlier one left.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for download")
        DOWNLOADING = "downloading", _("Downloading")
        DOWNLOADED = "downloaded", _("Downloaded")
        FAILED = "failed", _("Not downloaded")
        EXPIRED = "expired", _("Expired")

    class Problem(models.TextChoices):
        """Why it has no file (yet): what happened, who acts."""

        NO_ANSWER = "no_answer", _("Meta did not answer when the file was asked for.")
        LIMITED = "limited", _("Meta asks for fewer calls. The file waits.")
        GONE = "gone", _("Meta does not have this file any more. Ask the customer to send it again.")
        REFUSED = "refused", _("Meta refused to hand out this file.")
        NO_ACCESS = "no_access", _("The number's access to Meta is lost. Reconnect the number, the file waits.")
        FOREIGN = "foreign", _("Meta named an address outside its own servers. Nothing was asked there.")
        TOO_LARGE = "too_large", _("The file is larger than this server takes.")
        EMPTY = "empty", _("Meta sent an empty file.")
        STORAGE = "storage", _("The storage takes no files now (full, or not reachable). The file waits.")
        INTERNAL = "internal", _("Recado itself failed on this file. The platform's team must look.")
        EXPIRED = "expired", _("The file was not fetched within the 7 days that Meta keeps it.")

    WAITING = (State.PENDING, State.DOWNLOADING)
    RETRYABLE = (State.FAILED,)

    tenant = tenant_key(db_index=False)
    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="+", verbose_name=_("number"))
    message = models.ForeignKey(
        Message, models.CASCADE, related_name="media", verbose_name=_("message"), db_index=False
    )  # its unique constraint is its index
    provider_media_id = models.CharField(_("media id"), max_length=100)
    type = models.CharField(_("type"), max_length=30)
    lane = models.CharField(
        _("lane"), max_length=8, choices=WebhookEvent.Lane, default=WebhookEvent.Lane.LIVE, editable=False
    )
    file_name = models.CharField(_("file name"), max_length=240, blank=True)
    caption = models.TextField(_("caption"), blank=True)
    voice = models.BooleanField(_("voice message"), default=False)
    animated = models.BooleanField(_("animated"), default=False)
    mime_type = models.CharField(_("type as told"), max_length=200, blank=True)
    sha256_told = models.CharField(_("SHA-256 as told"), max_length=100, blank=True)
    url = models.TextField(_("address"), blank=True, editable=False)
    url_expires_at = models.DateTimeField(_("address valid until"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept by Meta until"))

    state = models.CharField(_("state"), max_length=11, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    lease = models.UUIDField(_("lease"), null=True, blank=True, editable=False)
    problem = models.CharField(_("problem"), max_length=10, choices=Problem, blank=True)
    problem_detail = models.CharField(_("detail"), max_length=300, blank=True)

    key = models.CharField(max_length=32, default=unguessable_key, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    sha256_differs = models.BooleanField(_("SHA-256 differs from the told one"), default=False)
    detected_type = models.CharField(_("real type"), max_length=100, blank=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    duration_ms = models.PositiveIntegerField(_("duration in ms"), null=True, blank=True)
    has_thumbnail = models.BooleanField(_("has a thumbnail"), default=False)
    downloaded_at = models.DateTimeField(_("downloaded at"), null=True, blank=True)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.UniqueConstraint(fields=["message", "provider_media_id"], name="one_file_a_message_and_media_id"),
            models.UniqueConstraint(fields=["key"], name="one_file_a_key"),
        ]
        indexes = [
            models.Index(
                fields=["lane", "due_at", "id"],
                condition=models.Q(state__in=["pending", "downloading"]),
                name="media_due",
            ),
            models.Index(fields=["due_at"], condition=models.Q(state="downloading"), name="media_leased"),
            models.Index(fields=["tenant", "-id"], name="media_recent"),
            models.Index(fields=["state", "-id"], condition=~models.Q(state="downloaded"), name="media_state"),
        ]

    def __str__(self) -> str:
        return self.file_name or f"{self.type} {self.provider_media_id}"

    @property
    def object_name(self) -> str:
        """Where the file is in the storage: by tenant and month, unguessable."""
        return f"media/{self.tenant_id}/{self.created_at:%Y-%m}/{self.key}"

    @property
    def thumbnail_name(self) -> str:
        return f"{self.object_name}{THUMBNAIL_SUFFIX}"

    @property
    def is_downloaded(self) -> bool:
        return self.state == self.State.DOWNLOADED
