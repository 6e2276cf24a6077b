"""Floor F1: the least that a Django project can do with a webhook and still store it.

No middleware, one view: verify HMAC-SHA256, parse, ONE ``INSERT … ON CONFLICT DO NOTHING`` through Django's persistent
connection. Under gunicorn with 2 workers of 4 threads. A POST of many items is stored as many rows by one statement.
"""

import hashlib
import hmac
import json
import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

SECRET = os.environ["FLOOR_SECRET"].encode()
INSERT = "INSERT INTO floor_event (key, payload) SELECT * FROM unnest(%s::text[], %s::jsonb[]) ON CONFLICT DO NOTHING"

if not settings.configured:
    import environ

    settings.configure(
        SECRET_KEY="floor",
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=[],
        DATABASES={"default": environ.Env.db_url_config(os.environ["DATABASE_URL"]) | {"CONN_MAX_AGE": 600}},
        DATA_UPLOAD_MAX_MEMORY_SIZE=4 * 1024 * 1024,
    )
    django.setup()


def webhook(request: HttpRequest) -> HttpResponse:
    raw = request.body
    expected = hmac.new(SECRET, raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest("sha256=" + expected, request.headers.get("X-Hub-Signature-256", "")):
        return HttpResponse(status=401)
    keys, payloads = [], []
    for entry in json.loads(raw)["entry"]:
        for change in entry["changes"]:
            for item in (*change["value"].get("messages", ()), *change["value"].get("statuses", ())):
                text = json.dumps(item)
                keys.append(hashlib.sha256(text.encode()).hexdigest())
                payloads.append(text)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [keys, payloads])
    return HttpResponse("ok")


urlpatterns = [path("api/whatsapp/meta/webhook", webhook)]
application = WSGIHandler()
