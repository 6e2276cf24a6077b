"""The simulator's parts in one place: what every route is given."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from .faults import Faults
from .limits import Limits
from .outbox import Outbox
from .statuses import Delays
from .store import Store

APP_ID = "634974688087057"
# What the app's dashboard is set to: every field that a product of this kind wants.
APP_FIELDS = (
    "account_alerts", "account_review_update", "account_settings_update", "account_update",
    "business_capability_update", "flows", "history", "message_template_components_update",
    "message_template_quality_update", "message_template_status_update", "messages", "phone_number_name_update",
    "phone_number_quality_update", "security", "smb_app_state_sync", "smb_message_echoes", "template_category_update",
    "user_preferences",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    """`webhook_url` is the product's; the two secrets are the ones the product was given too."""

    data: Path
    webhook_url: str
    app_secret: str
    verify_token: str
    app_id: str = APP_ID
    delays: Delays = field(default_factory=Delays)
    enforce: frozenset[str] = frozenset()

    @property
    def console_url(self) -> str:
        parts = urlsplit(self.webhook_url)
        return f"{parts.scheme}://{parts.netloc}/"


class Simulator:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.store = Store(config.data)
        self.faults = Faults()
        self.limits = Limits(config.enforce)
        self.outbox = Outbox(self.store, self.faults, config.webhook_url, config.app_secret)
        self.app_fields = set(APP_FIELDS)
        self.typing: dict[tuple[str, str], float] = {}  # (phone_number_id, customer): shown until then

    def start(self) -> None:
        self.outbox.start()

    def stop(self) -> None:
        self.outbox.stop()
        self.store.close()
