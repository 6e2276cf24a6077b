"""Who may what: every address of the console by the least that a role must be allowed for it (tenants.roles).

A new address fails ``test_every_address_has_its_line`` until it has a line here.
"""

import re
from html.parser import HTMLParser

import pytest
from django.http import HttpResponse
from django.urls import Resolver404, resolve

from dashboard import template_acts
from notifications.texts import DEFAULTS
from tenants import roles
from tenants.models import Member
from tests.admin.rows import Rows
from tests.dashboard.people import browser
from tests.dashboard.test_every_url import CONSOLE, OPEN, OWN, console_path
from tests.factories import make_ready_tenant

pytestmark = pytest.mark.django_db

PLATFORM = "platform"  # what no role of a company allows
NEEDS = {
    "messages": roles.VIEW,
    "messages_news": roles.VIEW,
    "received": roles.VIEW,
    "message": roles.VIEW,
    "messages_bulk": roles.OPERATE,
    "messages_export": roles.OPERATE,
    "message_filter_save": roles.OPERATE,
    "message_filter_start": roles.OPERATE,
    "message_filter_remove": roles.OPERATE,
    "message_why": roles.VIEW,
    "message_write": roles.OPERATE,
    "message_send_now": roles.OPERATE,
    "message_retry": roles.OPERATE,
    "message_discard": roles.OPERATE,
    "message_mark_failed": roles.OPERATE,
    "conversations": roles.VIEW,
    "conversations_news": roles.VIEW,
    "jump": roles.VIEW,
    "conversation_of": roles.VIEW,
    "conversation": roles.VIEW,
    "conversation_panel": roles.VIEW,
    "conversation_take": roles.OPERATE,
    "conversation_hand_back": roles.OPERATE,
    "conversation_close": roles.OPERATE,
    "conversation_reopen": roles.OPERATE,
    "conversation_wait": roles.OPERATE,
    "conversation_assign": roles.OPERATE,
    "conversation_read": roles.OPERATE,
    "conversation_note": roles.OPERATE,
    "conversation_label": roles.OPERATE,
    "given_file": roles.VIEW,
    "conversation_older": roles.VIEW,
    "conversation_news": roles.VIEW,
    "conversation_answers": roles.OPERATE,
    "conversation_send": roles.OPERATE,
    "conversation_file": roles.OPERATE,
    "conversation_sign": roles.OPERATE,
    "conversation_retry": roles.OPERATE,
    "conversation_templates": roles.OPERATE,
    "conversation_template": roles.OPERATE,
    "appointments": roles.VIEW,
    "appointment": roles.VIEW,
    "appointment_new": roles.OPERATE,
    "appointment_edit": roles.OPERATE,
    "appointment_cancel": roles.OPERATE,
    "appointment_confirmed": roles.OPERATE,
    "appointment_done": roles.OPERATE,
    "appointment_no_show": roles.OPERATE,
    "wa_me_manual_booking": roles.OPERATE,
    "wa_me_manual_confirmation": roles.OPERATE,
    "wa_me_manual_cancellation": roles.OPERATE,
    "contacts": roles.VIEW,
    "contact": roles.VIEW,
    "contact_history": roles.VIEW,
    "contact_edit": roles.OPERATE,
    "contact_opt_out": roles.OPERATE,
    "contact_opt_in": roles.OPERATE,
    "contact_export": roles.MANAGE,
    "contact_block": roles.MANAGE,
    "contact_unblock": roles.MANAGE,
    "contact_erase": roles.MANAGE,
    "merges": roles.VIEW,
    "merge": roles.VIEW,
    "merge_join": roles.MANAGE,
    "merge_keep_apart": roles.MANAGE,
    "merge_undo": roles.MANAGE,
    "analytics": roles.VIEW,
    "analytics_export": roles.VIEW,
    "templates": roles.VIEW,
    "templates_sync": roles.MANAGE,
    "template": roles.VIEW,
    "template_new": roles.MANAGE,
    "template_check": roles.MANAGE,
    "template_edit": roles.MANAGE,
    "template_test": roles.OPERATE,
    "template_library": roles.VIEW,
    "template_library_create": roles.MANAGE,
    **{f"template_{name}": roles.MANAGE for name in template_acts.ACTS},
    "media_file": roles.VIEW,
    "media_thumbnail": roles.VIEW,
    "template_mappings": roles.VIEW,
    "template_mapping_edit": roles.MANAGE,
    "template_mapping_remove": roles.MANAGE,
    "template_variants": roles.VIEW,
    "template_variant_edit": roles.MANAGE,
    "template_variant_switch": roles.MANAGE,
    "template_variant_back": roles.MANAGE,
    "template_results": roles.VIEW,
    "template_count_at_meta": roles.MANAGE,
    "connections": roles.VIEW,
    "connection_paused": roles.MANAGE,
    "connection_connected": roles.MANAGE,
    "connection": roles.VIEW,
    "connection_why": roles.VIEW,
    "connection_check": roles.MANAGE,
    "connection_mend": roles.MANAGE,
    "connection_reconnect": roles.MANAGE,
    "connection_disconnect": roles.MANAGE,
    "connection_token": roles.MANAGE,
    "connection_number": roles.MANAGE,
    "phone_app": roles.VIEW,
    "phone_app_ask": roles.MANAGE,
    "connect": roles.MANAGE,
    "connect_by_hand": roles.MANAGE,
    "connect_invite": roles.MANAGE,
    "connect_revoke": roles.MANAGE,
    "signup": roles.MANAGE,
    "signup_steps": roles.MANAGE,
    "signup_session": roles.MANAGE,
    "signup_code": roles.MANAGE,
    "signup_retry": roles.MANAGE,
    "signup_give_up": roles.MANAGE,
    "readiness": roles.VIEW,
    "readiness_confirm": roles.MANAGE,
    "readiness_withdraw": roles.MANAGE,
    "readiness_override": PLATFORM,
    "readiness_platform": PLATFORM,
    "readiness_platform_tick": PLATFORM,
    "app_review": PLATFORM,
    "app_review_tick": PLATFORM,
    "help": roles.VIEW,
    "events": roles.VIEW,
    "events_replay": roles.MANAGE,
    "event": roles.VIEW,
    "event_replay": roles.MANAGE,
    "event_release": PLATFORM,
    "settings": roles.MANAGE,
    "settings_hours": roles.MANAGE,
    "settings_limits": roles.MANAGE,
    "settings_desk": roles.MANAGE,
    "settings_company": roles.OWN,
    "settings_stop": roles.MANAGE,
    "settings_resume": roles.MANAGE,
    "texts": roles.MANAGE,
    "text_preview": roles.MANAGE,
    "answers": roles.MANAGE,
    "answer": roles.MANAGE,
    "answer_remove": roles.MANAGE,
    **{f"text_{key}": roles.MANAGE for key in DEFAULTS},
    "api_keys": roles.OWN,
    "api_key_create": roles.OWN,
    "api_key_revoke": roles.OWN,
    "health": roles.VIEW,
    "health_platform": PLATFORM,
    "alerts": roles.VIEW,
    "alert_acknowledge": roles.OPERATE,
    "alert_solve": roles.OPERATE,
    "runbook": roles.VIEW,
    "audit": roles.MANAGE,
    "audit_export": roles.MANAGE,
    "people": roles.OWN,
    "people_invite": roles.OWN,
    "people_second_factor": roles.OWN,
    "member_role": roles.OWN,
    "member_remove": roles.OWN,
    "invitation_revoke": roles.OWN,
}
ROLES = [*Member.Role.values]
PAGES = [(route, pattern) for route, pattern in CONSOLE if pattern.name not in OPEN]
PERSONAL = OWN | {"switch_tenant", "set_language"}  # everybody's, of every role


@pytest.fixture
def jana() -> Rows:
    return Rows.of(make_ready_tenant("studio-jana", name="Studio Jana"), "+5511988880001")


class Buttons(HTMLParser):
    """The addresses that a page posts to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        posts = tag == "form" and (values.get("method") or "").lower() == "post"
        self.found |= {values[name] for name in ("hx-post", "formaction") if values.get(name)}
        self.found |= {values["action"]} if posts and values.get("action") else set()


def buttons(answer: HttpResponse) -> set[str]:
    """The names of the addresses that the page posts to, without a person's own."""
    html = answer.content.decode() if "html" in answer.get("Content-Type", "") else ""
    return {name_of(address) for address in Buttons(html).found} - PERSONAL


def name_of(address: str) -> str:
    try:
        return str(resolve(re.sub(r"[?#].*", "", address)).url_name)
    except Resolver404:
        return f"nowhere: {address}"


def test_every_address_has_its_line():
    assert {pattern.name for _route, pattern in PAGES} == set(NEEDS)


def test_the_door_of_every_address_asks_for_what_its_line_says():
    doors = {pattern.name: pattern.callback.console_needs for _route, pattern in PAGES}
    assert doors == NEEDS


@pytest.mark.parametrize("role", ROLES)
def test_a_role_enters_what_it_may_and_sees_no_button_that_it_may_not_press(jana, role):
    client = browser(jana.tenant, role)
    opened = {pattern.name: client.get(console_path(route, jana)) for route, pattern in PAGES}
    for route, pattern in PAGES:
        path, answer, needs = console_path(route, jana), opened[pattern.name], NEEDS[pattern.name]
        posted = client.post(path, {"tenant": str(jana.tenant.pk)}).status_code
        statuses = [answer.status_code, posted]
        assert max(statuses) < 500, path
        assert (403 not in statuses) if roles.may(role, needs) else set(statuses) <= {403, 405}, (role, path, statuses)
        assert needs != roles.VIEW or posted == 405, f"what everybody sees takes no post: {path}"
        assert [name for name in buttons(answer) if not roles.may(role, NEEDS[name])] == [], (role, path)
