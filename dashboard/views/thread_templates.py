"""The template picker of a conversation: the list, one template with its fields, and sending it."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from dashboard import access
from dashboard.access import ConsoleRequest, console
from dashboard.forms.thread import TemplateForm
from dashboard.queries import picker
from dashboard.queries.composer import TEMPLATE, composer
from dashboard.views.thread_acts import answer, give, send
from templates_mgmt import preview
from templates_mgmt.models import MessageTemplate
from tenants import roles
from whatsapp.content import Template
from whatsapp.models import Conversation

FILTERS = ("q", "language", "category")


@require_GET
@console(roles.OPERATE)
def template_list(request: ConsoleRequest, conversation_id: int) -> HttpResponse:
    """The templates of the number's account that fit search, language and category."""
    conversation = access.get_conversation(request, conversation_id)
    chosen = {name: request.GET.get(name, "").strip()[:100] for name in FILTERS}
    refuses = composer(conversation, timezone.now()).refuses_marketing
    context = {
        "conversation": conversation,
        "chosen": chosen,
        "picker": picker.picker(conversation, refuses_marketing=refuses, **chosen),
    }
    return render(request, "dashboard/conversations/picker_list.html", context)


@require_http_methods(["GET", "POST"])
@console(roles.OPERATE)
def template(request: ConsoleRequest, conversation_id: int, template_id: int) -> HttpResponse:
    """One template with a field for each variable; posted, it is sent."""
    conversation, now = access.get_conversation(request, conversation_id), timezone.now()
    chosen = picker.find(conversation, template_id)
    if chosen is None:
        raise Http404
    obstacle = picker.obstacle(chosen, composer(conversation, now).refuses_marketing)
    if request.method == "GET":
        form = TemplateForm(chosen)
        return render(
            request, "dashboard/conversations/picker_form.html", _context(conversation, chosen, form, obstacle)
        )
    if obstacle:
        return answer(request, conversation, {"": [obstacle]})
    form = TemplateForm(chosen, request.POST, request.FILES)
    return send(request, conversation, form, lambda at: _content(conversation, form, at), TEMPLATE)


def _context(conversation: Conversation, chosen: MessageTemplate, form: TemplateForm, obstacle: str) -> dict[str, Any]:
    shown = preview.bubble(chosen.components, {}, language=chosen.language, category=chosen.category)
    return {
        "conversation": conversation,
        "template": chosen,
        "category": picker.category_word(chosen),
        "form": form,
        "bubble": shown,
        "obstacle": obstacle,
    }


def _content(conversation: Conversation, form: TemplateForm, now: datetime) -> Template:
    upload = form.upload
    return form.content(give(conversation, upload, now) if upload else "")
