"""Secrets are planted wherever one can be set, everything is used, and then they are looked for where one could leak.

What is searched: each page of console and admin, each list of the API, the export, error pages, logs, and every row of
every table as text, which is what a dump of the database holds.
"""

import base64
import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import responses
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone
from requests import PreparedRequest

from dashboard.queries import messages
from tenants import vault
from tenants.models import Credential, PhoneNumber, TenantApiKey
from tests.admin.rows import Rows, models
from tests.admin.test_admin_isolation import url
from tests.dashboard.test_every_url import CONSOLE, CONSOLE_IDS, REST, console_path, rest_path
from tests.factories import make_person, make_ready_tenant
from whatsapp import comparison, health
from whatsapp.models import ConnectionCheck

pytestmark = pytest.mark.django_db
KINDS = Credential.Kind
PLANTED = {
    KINDS.ACCESS_TOKEN: "EAAGplantedAccessToken0001xyz",
    KINDS.VERIFY_TOKEN: "planted-verify-token-0002",
    KINDS.PIN: "739164",
    KINDS.API_KEY: "planted-test-api-key-0004",
    KINDS.WEBHOOK_SECRET: "planted-webhook-secret-0005",
}
OF_SETTINGS = {
    "CRON_SECRET": "planted-cron-secret-0006",
    "METRICS_TOKEN": "planted-metrics-token-0007",
    "ALERT_WEBHOOK_SECRET": "planted-alert-secret-0012",
    "WHATSAPP_AUTOMATION_PROCESSOR_SECRET": "planted-processor-secret-0008",
    "WHATSAPP_META_WEBHOOK_VERIFY_TOKEN": "planted-central-verify-token-0009",
}
APP_SECRET = "planted-app-secret-0010"
PASSWORD = "planted password 0011"
SEED = "PLANTEDTOTPSEED234567PLANTED2345"
GRAPH = re.compile(r"http://graph\.test/.*")
DIGITS = {PLANTED[KINDS.PIN]}  # too short to be looked for within other numbers


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Everything that is logged, as the real handler writes it."""
    ours = next(one for one in logging.getLogger().handlers if type(one.formatter).__name__ == "ProcessorFormatter")
    handler, root = logging.StreamHandler(io.StringIO()), logging.getLogger()
    handler.setFormatter(ours.formatter)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.stream
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def rows(settings) -> Rows:
    for name, value in OF_SETTINGS.items():
        setattr(settings, name, value)
    settings.WHATSAPP_META_APP_SECRETS = [APP_SECRET]
    found = Rows.of(make_ready_tenant("studio-jana", name="Studio Jana"), "+5511988880001")
    number = found.by_label["tenants.phonenumber"]
    for kind, secret in PLANTED.items():
        vault.set_secret(number.account if kind in {KINDS.ACCESS_TOKEN, KINDS.VERIFY_TOKEN} else number, kind, secret)
    found.owner.set_password(PASSWORD)
    found.owner.save()
    TOTP.activate(found.owner, SEED)
    return found


@pytest.fixture
def key(rows) -> str:
    return TenantApiKey.objects.create_key(tenant=rows.tenant, name="sistema")[1]


@pytest.fixture
def secrets(key) -> set[str]:
    """All that must not be found anywhere but at its owner's."""
    return {*PLANTED.values(), *OF_SETTINGS.values(), APP_SECRET, PASSWORD, SEED, key, key.partition(".")[2]} - DIGITS


def found_in(text: str, secrets: set[str]) -> set[str]:
    """The secrets that ``text`` shows, plain, as hex or in base64."""
    encoded = {secret: secret.encode() for secret in secrets}
    forms = {secret: (secret, raw.hex(), base64.b64encode(raw).decode()) for secret, raw in encoded.items()}
    return {secret for secret, ways in forms.items() if any(way in text for way in ways)}


def pages(rows: Rows) -> Iterator[str]:
    """Every page of console and admin, as somebody sees it who may see all."""
    client = Client(raise_request_exception=False)
    client.force_login(make_person(rows.tenant, "owner", is_superuser=True, is_staff=True))
    for route, _pattern in CONSOLE:
        if "<" not in route or any(part in route for part in CONSOLE_IDS):
            yield text_of(client.get(console_path(route, rows)))
    for model in models():
        label = model._meta.label_lower
        yield text_of(client.get(url(label, "changelist")))
        yield text_of(client.get(url(label, "change", rows.by_label[label].pk)))
    yield text_of(client.post("/auditoria/exportar/", {"tenant": str(rows.tenant.pk)}))


def answers(rows: Rows, key: str) -> Iterator[str]:
    """Every list and row of the API, its description, and what the inner doors say."""
    client = Client(headers={"X-API-Key": key})
    for route, _pattern in REST:
        yield text_of(client.get(rest_path(route, rows) if "<" in route else f"/{route}"))
    bearer = {"authorization": f"Bearer {OF_SETTINGS['WHATSAPP_AUTOMATION_PROCESSOR_SECRET']}"}
    yield text_of(Client().get("/api/internal/notifications/whatsapp/process", headers=bearer))
    for path in ("/api/schema/", "/healthz", "/readyz", "/metrics"):
        yield text_of(Client(raise_request_exception=False).get(path))


def text_of(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode(errors="replace") + str(dict(answer.headers))


def dump() -> Iterator[tuple[str, str]]:
    """(table, row) of the whole database, each row as text: bytes are hex there."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - our own tables
            yield from ((table, row) for (row,) in cursor.fetchall())


def refuse_with_the_token(number: PhoneNumber) -> str:
    """Meta refuses each call in words that repeat its token; answers what is kept of them for an unknown code."""
    codes = [999_999, 190]

    def refuse(request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        said = f"Malformed access token {request.headers['Authorization'].removeprefix('Bearer ')}"
        error = {"message": said, "code": codes[0], "error_data": {"details": said}, "fbtrace_id": "A"}
        return 400, {}, json.dumps({"error": error})

    with responses.RequestsMock(assert_all_requests_are_fired=False) as meta:
        for method in (responses.GET, responses.POST):
            meta.add_callback(method, GRAPH, refuse)
        comparison.check(number, timezone.now())
        codes.pop(0)
        health.poll(timezone.now())
    return str(ConnectionCheck.objects.get(number=number).findings)


def test_nothing_that_was_planted_is_found_anywhere(rows, key, secrets, logs):
    number = rows.by_label["tenants.phonenumber"]
    assert "Malformed access token [hidden]" in refuse_with_the_token(number)
    assert PhoneNumber.objects.get(pk=number.pk).state == "degraded"
    Client().post("/entrar/", {"login": rows.owner.username, "password": PASSWORD})
    for text in (*pages(rows), *answers(rows, key)):
        assert found_in(text, secrets | {"gAAAAA"}) == set(), text[:300]
    assert [(table, found) for table, row in dump() if (found := found_in(row, secrets))] == []
    assert found_in(logs.getvalue(), secrets) == set()


def test_every_encrypted_secret_stands_where_rotation_looks(rows, settings):
    models_of = {place.rpartition(".")[0] for place in settings.SEALED}
    known = {apps.get_model(label)._meta.db_table for label in models_of}
    assert {table for table, row in dump() if "gAAAAA" in row or b"gAAAAA".hex() in row} <= known


def test_logs_hide_what_code_hands_them_by_mistake(rows, secrets, logs):
    token = PLANTED[KINDS.ACCESS_TOKEN]
    log = logging.getLogger("recado.tests")
    log.error("call failed: Bearer %s", token)
    log.error("refused", extra={"access_token": token, "detail": {"app_secret": APP_SECRET, "pin": "739164"}})
    log.error("GET /v25.0/me?access_token=%s", token)
    told = logs.getvalue()
    assert "call failed" in told
    assert found_in(told, {*secrets, *DIGITS}) == set()


def test_an_error_page_tells_nothing_of_what_failed(rows, secrets, logs, monkeypatch):
    def fail(*_args: object) -> None:
        raise RuntimeError(f"Bearer {PLANTED[KINDS.ACCESS_TOKEN]}")

    monkeypatch.setattr(messages, "page", fail)
    client = Client(raise_request_exception=False)
    client.force_login(rows.owner)
    answer = client.get("/mensagens/")
    assert answer.status_code == 500
    assert found_in(text_of(answer) + logs.getvalue(), secrets) == set()
