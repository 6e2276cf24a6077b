"""Every URL of the project, walked as a person, a system and a viewer: nothing of another company, ever.

A new URL fails ``test_every_url_is_accounted_for`` until it is said here whose rows its id names, or why it has none.
"""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from dashboard import urls as console
from dashboard.urls import account
from tests.admin.rows import Rows
from tests.dashboard.people import browser
from tests.factories import make_api_key, make_ready_tenant

pytestmark = pytest.mark.django_db

# The id in a console address -> whose row it names.
CONSOLE_IDS = {
    "<uuid:job_id>": "notifications.notificationjob",
    "<int:appointment_id>": "notifications.appointment",
    "<int:contact_id>": "tenants.contact",
    "<int:conversation_id>": "whatsapp.conversation",
    "<int:number_id>": "tenants.phonenumber",
    "<int:template_id>": "templates_mgmt.messagetemplate",
    "<int:upload_id>": "whatsapp.uploadedfile",
    "<int:proposal_id>": "tenants.contactmergeproposal",
    "<int:merge_id>": "tenants.contactmerge",
    "<int:media_id>": "whatsapp.media",
    "<int:member_id>": "tenants.member",
    "<int:invitation_id>": "tenants.invitation",
    "<uuid:signup_id>": "whatsapp.signup",
    "<int:link_id>": "whatsapp.signupinvitation",
    "<int:alert_id>": "tenants.alert",
    "<int:event_id>": "whatsapp.webhookevent",
    "<int:filter_id>": "tenants.savedfilter",
    "<int:answer_id>": "whatsapp.cannedanswer",
    "<int:mapping_id>": "templates_mgmt.templatemapping",
}
STEP = "code"  # of a signup
# The REST resource -> its model and what of the row stands in the address.
REST_IDS = {
    "appointments": ("notifications.appointment", "external_id"),
    "jobs": ("notifications.notificationjob", "pk"),
    "codes": ("notifications.onetimecode", "pk"),
    "messages": ("whatsapp.message", "pk"),
    "conversations": ("whatsapp.conversation", "pk"),
    "media": ("whatsapp.media", "pk"),
    "contacts": ("tenants.contact", "pk"),
    "optouts": ("tenants.consent", "pk"),
    "connections": ("tenants.phonenumber", "pk"),
    "onboarding": ("whatsapp.signup", "pk"),
    "templates": ("templates_mgmt.messagetemplate", "pk"),
    "webhook-events": ("whatsapp.webhookevent", "pk"),
    "alerts": ("tenants.alert", "pk"),
    "leads": ("whatsapp.lead", "pk"),
    "uploads": ("whatsapp.uploadedfile", "pk"),
    "tickets": ("whatsapp.ticket", "pk"),
}
# Addresses that name no row of a company: they have their own proof (secret, signature, unguessable id), or no data.
OPEN = {
    "healthz", "readyz", "metrics", "schema", "docs", "set_language", "home", "switch_tenant",
    "meta-webhook", "deauthorize", "data-deletion", "privacy", "terms", "support", "data_deletion",
    "data_deletion_status", "cron_reminders", "process", "voucher", "voucher_calendar", "header_file",
}  # fmt: skip
# A person's own access: of no company, and of nobody else (test_sign_in, test_second_factor).
OWN = {pattern.name for pattern in account.urlpatterns}


def walk(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern, route)
        else:
            yield route, pattern


ROUTES = list(walk(get_resolver()))
CONSOLE = list(walk(URLResolver(get_resolver().pattern, console)))
REST = [(route, pattern) for route, pattern in ROUTES if route.startswith("api/v1/")]


@pytest.fixture
def jana() -> Rows:
    return Rows.of(make_ready_tenant("studio-jana", name="Studio Jana"), "+5511988880001")


@pytest.fixture
def charlie() -> Rows:
    return Rows.of(make_ready_tenant("barbearia-charlie", name="Barbearia do Charlie"), "+5521988880002")


def console_path(route: str, rows: Rows) -> str:
    for part, label in CONSOLE_IDS.items():
        route = route.replace(part, str(rows.by_label[label].pk))
    return f"/{route.replace('<slug:name>', STEP)}"


def rest_path(route: str, rows: Rows) -> str:
    label, field = REST_IDS[route.split("/")[2]]
    start, _bracket, rest = route.partition("<")
    return f"/{start}{getattr(rows.by_label[label], field)}{rest.partition('>')[2]}"


def with_id(routes):
    return [(route, pattern) for route, pattern in routes if "<" in route]


def without_id(routes):
    return [(route, pattern) for route, pattern in routes if "<" not in route and pattern.name not in OPEN | OWN]


def test_every_url_is_accounted_for():
    known = {pattern.name for _route, pattern in CONSOLE} | OPEN | OWN
    for route, pattern in ROUTES:
        if route.startswith("admin/"):
            continue  # tests/admin walks it, model by model
        if route.startswith(("api/v1/", "^api/v1/")):
            assert "<" not in route or route.split("/")[2] in REST_IDS, route
            continue
        assert pattern.name in known or route.startswith(("voucher/", "conectar/")), route
    for route, _pattern in with_id(CONSOLE):
        assert any(part in route for part in CONSOLE_IDS), route


def test_every_console_page_stands_behind_the_door():
    for route, pattern in CONSOLE:
        if pattern.name not in OPEN:
            assert hasattr(pattern.callback, "console_needs"), route


def test_another_companys_id_is_answered_like_one_that_does_not_exist(jana, charlie):
    client = browser(jana.tenant, "owner")
    for route, _pattern in with_id(CONSOLE):
        path = console_path(route, charlie)
        statuses = {client.get(path).status_code, client.post(path, {"tenant": str(jana.tenant.pk)}).status_code}
        assert statuses <= {404, 405}, path
        assert 404 in statuses, path


def test_no_list_of_the_console_names_another_company(jana, charlie):
    client = browser(jana.tenant, "owner")
    for route, _pattern in without_id(CONSOLE):
        html = client.get(f"/{route}").content.decode()
        assert "Cliente de Barbearia do Charlie" not in html, route
        assert "98888-0002" not in html, route


def test_a_key_reaches_nothing_of_another_company(jana, charlie):
    client = Client(headers={"X-API-Key": make_api_key(jana.tenant)})
    for route, _pattern in with_id(REST):
        path = rest_path(route, charlie)
        for method in ("get", "post", "patch", "put", "delete"):
            answer = getattr(client, method)(path, data={}, content_type="application/json")
            assert answer.status_code in {404, 405}, (method, path, answer.content)


def test_no_list_of_the_api_names_another_company(jana, charlie):
    client = Client(headers={"X-API-Key": make_api_key(jana.tenant)})
    for route, _pattern in without_id(REST):
        body = client.get(f"/{route}").content.decode()
        assert "Charlie" not in body, route
        assert "5521988880002" not in body, route


def test_signed_out_nothing_of_the_console_answers(jana):
    for route, pattern in CONSOLE:
        if pattern.name in OPEN:
            continue
        answers = Client().get(console_path(route, jana)), Client().post(console_path(route, jana))
        assert all(a.status_code == 405 or a.url.startswith("/entrar/") for a in answers), route
