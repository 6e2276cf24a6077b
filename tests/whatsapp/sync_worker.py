"""A process that asks for a phone app's past, to be raced or killed: ``python -m tests.whatsapp.sync_worker <id>``."""

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from tenants.models import PhoneNumber  # noqa: E402
from whatsapp.coexistence import start_sync  # noqa: E402


def main(number_id: int) -> None:
    number = PhoneNumber.objects.get(pk=number_id)
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    sys.stdin.readline()
    start_sync(number, timezone.now())


if __name__ == "__main__":
    main(int(sys.argv[1]))
