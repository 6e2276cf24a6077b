"""The WSGI application that the web server runs: the webhook's door, and Django behind it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

from config import collector, turns, warm  # noqa: E402 - the apps must be ready
from config.checks import refuse_unsafe_start  # noqa: E402
from whatsapp.door import Door  # noqa: E402

refuse_unsafe_start()
application = Door(_django)
warm.up()
collector.relax()
collector.sweep_after_requests()
turns.shorten()
