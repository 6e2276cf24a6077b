from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from tenants import binding
from tenants.commands import RecadoCommand, add_tenant_option, find_tenant, read_secret
from whatsapp import inbox
from whatsapp.providers import PROVIDERS


class Command(RecadoCommand):
    help = (
        "Gives a WhatsApp number to a company and connects it. Secrets are read from standard input where the option "
        "is a dash, a line each: printf '%s\\n' \"$TOKEN\" | manage.py bind_tenant … --access-token -. "
        "Webhook events of the last 24 hours that waited for the number's owner are processed. "
        "Run again, it brings the connection up to date."
    )

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser, required=True)
        parser.add_argument("--provider", choices=sorted(PROVIDERS), default="meta", help="default %(default)s")
        parser.add_argument("--phone-number-id", required=True, help="the number's id at the provider")
        parser.add_argument("--waba-id", required=True, help="the id of its WhatsApp Business account")
        parser.add_argument("--display-number", required=True, help="the number as people write it")
        parser.add_argument("--access-token", default="", metavar="-", help="a dash: read it from standard input")
        parser.add_argument("--verify-token", default="", metavar="-", help="a dash: read it from standard input")

    def run(self, **options: Any) -> dict[str, Any]:
        tenant = find_tenant(options["tenant_id"])
        wanted = binding.Binding(
            provider=options["provider"],
            waba_id=options["waba_id"],
            phone_number_id=options["phone_number_id"],
            display_phone_number=options["display_number"],
            access_token=self._secret(options["access_token"], "--access-token"),
            verify_token=self._secret(options["verify_token"], "--verify-token"),
        )
        now = timezone.now()
        try:
            number = binding.bind(tenant, wanted, now=now)
        except binding.BindingRefused as refused:
            raise CommandError(str(refused)) from None
        released = inbox.release_waiting(number, now)
        return {
            "tenant": tenant.slug,
            "phone_number_id": number.phone_number_id,
            "state": number.state,
            "released_events": released,
        }

    def _secret(self, value: str, option: str) -> str:
        return read_secret(value, option, lambda text: self.stderr.write(self.style.WARNING(text))) if value else ""
