"""Meta's Cloud API as a provider."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from whatsapp.content import secrets_in
from whatsapp.errors import OutcomeUnknown, Refused
from whatsapp.events import Event, NotUnderstood
from whatsapp.providers.base import (
    Accepted,
    AccountAccess,
    AppWebhook,
    Capabilities,
    MediaFacts,
    NumberFacts,
    Outgoing,
    Recipient,
    Slice,
    Subscription,
    TemplateFacts,
    TemplateFigures,
    TokenFacts,
    Upload,
)
from whatsapp.providers.meta import answers, figures, graph, media, payloads, uploads, webhook
from whatsapp.providers.values import mapping

NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,name_status,status,quality_rating,throughput{level},is_on_biz_app,"
    "is_official_business_account,whatsapp_business_manager_messaging_limit"
)
TEMPLATE_FIELDS = (
    "id,name,language,status,category,previous_category,correct_category,parameter_format,components,quality_score,"
    "rejected_reason"
)


class MetaClient:
    """WhatsApp Business Platform through the Graph API."""

    name = "meta"
    capabilities = Capabilities(templates=True, buttons=True, window=True, template_listing=True)
    parser_version = webhook.PARSER_VERSION

    def split(self, body: Any) -> Iterable[Slice]:
        return webhook.split(body)

    def parse(self, payload: Mapping[str, Any], received_at: datetime) -> Event | NotUnderstood:
        return webhook.parse(payload, received_at)

    def build(self, outgoing: Outgoing) -> dict[str, Any]:
        return payloads.message(outgoing)

    def send(self, access: AccountAccess, body: dict[str, Any]) -> Accepted:
        try:
            accepted = answers.read_accepted(self._post(access, body))
        except Refused as refusal:
            for secret in secrets_in(body):
                answers.without(secret, refusal)
            raise
        if accepted is None:
            raise OutcomeUnknown("an answer that names no message", 200)
        return accepted

    def mark_read(self, access: AccountAccess, message_id: str, *, typing: bool = False) -> None:
        self._post(access, payloads.read_mark(message_id, typing=typing))

    def block(self, access: AccountAccess, person: Recipient) -> None:
        graph.call(access, "POST", f"{access.phone_number_id}/block_users", json=payloads.block(person))

    def unblock(self, access: AccountAccess, person: Recipient) -> None:
        graph.call(access, "DELETE", f"{access.phone_number_id}/block_users", json=payloads.block(person))

    def fetch_number(self, access: AccountAccess) -> NumberFacts:
        return answers.read_number(graph.call(access, "GET", access.phone_number_id, params={"fields": NUMBER_FIELDS}))

    def fetch_templates(self, access: AccountAccess) -> Iterator[list[TemplateFacts]]:
        for page in graph.pages(access, f"{access.waba_id}/message_templates", {"fields": TEMPLATE_FIELDS}):
            try:
                yield [answers.read_template(mapping(row)) for row in page]
            except ValueError as error:
                raise OutcomeUnknown(f"a list of templates that cannot be read: {error}") from error

    def fetch_template(self, access: AccountAccess, template_id: str) -> TemplateFacts:
        row = graph.call(access, "GET", quote(template_id, safe=""), params={"fields": TEMPLATE_FIELDS})
        try:
            return answers.read_template(row)
        except ValueError as error:
            raise OutcomeUnknown(f"a template that cannot be read: {error}") from error

    def fetch_template_figures(
        self, access: AccountAccess, template_ids: Sequence[str], since: date, until: date
    ) -> list[TemplateFigures]:
        return figures.fetch(access, template_ids, since, until)

    def enable_template_figures(self, access: AccountAccess) -> None:
        figures.enable(access)

    def fetch_token(self, access: AccountAccess) -> TokenFacts:
        return answers.read_token(graph.call(access, "GET", "debug_token", params={"input_token": access.token}))

    def fetch_subscription(self, access: AccountAccess) -> Subscription:
        apps = [row for page in graph.pages(access, f"{access.waba_id}/subscribed_apps", {}) for row in page]
        number = graph.call(access, "GET", access.phone_number_id, params={"fields": "webhook_configuration"})
        return answers.read_subscription(apps, number)

    def subscribe(self, access: AccountAccess) -> None:
        graph.call(access, "POST", f"{access.waba_id}/subscribed_apps")

    def unsubscribe(self, access: AccountAccess) -> None:
        graph.call(access, "DELETE", f"{access.waba_id}/subscribed_apps")

    def fetch_app_webhook(self, access: AccountAccess, app_id: str) -> AppWebhook:
        return answers.read_app_webhook(graph.call(access, "GET", f"{quote(app_id, safe='')}/subscriptions"))

    def upload_media(self, access: AccountAccess, upload: Upload) -> str:
        return uploads.upload(access, upload)

    def fetch_media(self, access: AccountAccess, media_id: str) -> MediaFacts:
        return media.fetch(access, media_id)

    def stream_media(self, access: AccountAccess, url: str) -> Generator[bytes]:
        return media.stream(access, url)

    def _post(self, access: AccountAccess, body: dict[str, Any]) -> dict[str, Any]:
        return graph.call(access, "POST", f"{access.phone_number_id}/messages", json=body)
