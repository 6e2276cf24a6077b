"""The template editor: the form, its preview and sentences while it is filled in, drafts and submissions."""

from dataclasses import replace
from typing import Any

from django.contrib import messages as results
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboard import access, template_words
from dashboard.access import ConsoleRequest, console
from dashboard.editor import choices, definitions, pressing, telling, typed
from dashboard.editor.typed import Draft
from dashboard.ids import parse_id
from dashboard.navigation import frame
from dashboard.queries import template_page, templates
from templates_mgmt import drafts, preview, rules, wording, writing
from templates_mgmt.models import MessageTemplate
from templates_mgmt.refusals import NotWritten, refuse
from templates_mgmt.rules import Problem
from tenants import roles
from tenants.models import WhatsAppAccount
from whatsapp.providers.base import Upload

STALE = "stale"
SAVE, SUBMIT, CHECK = "save", "submit", "check"


@require_http_methods(["GET", "POST"])
@console(roles.MANAGE)
def new(request: ConsoleRequest) -> HttpResponse:
    """An empty form, or a copy: ``copia`` names a template under another name, ``traducao`` in another language."""
    if request.method == "POST":
        return _posted(request, None)
    if not templates.accounts(request.tenant):
        return redirect("templates")  # which says what to do first
    return _page(request, None, _beginning(request), focus="name")


@require_http_methods(["GET", "POST"])
@console(roles.MANAGE)
def edit(request: ConsoleRequest, template_id: int) -> HttpResponse:
    template = access.get_template(request, template_id)
    if request.method == "POST":
        return _posted(request, template)
    return _page(request, template, _draft_of(template))


@require_POST
@console(roles.MANAGE)
def check(request: ConsoleRequest) -> HttpResponse:
    """While somebody writes: the phone, each field's sentences, and the samples where the variables are others.

    ``modelo`` names the template that is being edited.
    """
    template = access.get_template(request, _number(request.GET["modelo"])) if "modelo" in request.GET else None
    draft = choices.with_samples(typed.read(request.POST))
    definition = definitions.definition(draft)
    told = telling.told(draft, rules.check(definition), writing="pressed" not in request.POST)
    every = [choices.samples(draft), *(samples for _card, samples in choices.samples_of_cards(draft))]
    context = {
        "bubble": _bubble(request, template, draft),
        "told": told,
        "draft": draft,
        "fresh": [one for one in every if request.POST.get(f"{one.at}variables", "") != one.variables],
    }
    return render(request, "dashboard/templates/checked.html", context)


def _beginning(request: ConsoleRequest) -> Draft:
    accounts = templates.accounts(request.tenant)
    account = str(accounts[0].pk) if accounts else ""
    for word, begin in (("copia", _copy), ("traducao", _translation)):
        if word in request.GET:
            return begin(access.get_template(request, _number(request.GET[word])))
    return Draft(account=account)


def _copy(template: MessageTemplate) -> Draft:
    return replace(_draft_of(template), name=f"{template.name}_copia"[:512], seen="")


def _translation(template: MessageTemplate) -> Draft:
    """In the first language that the name is not written in yet; the words wait to be translated."""
    written = set(template.account.templates.filter(name=template.name).values_list("language", flat=True))
    language = next((one for one in template_words.LANGUAGES if one not in written), template.language)
    return replace(_draft_of(template), language=language, seen="")


def _draft_of(template: MessageTemplate) -> Draft:
    payload = wording.payload_of(template)
    return definitions.draft_of(payload, account=str(template.account_id), seen=str(template.revision))


def _posted(request: ConsoleRequest, template: MessageTemplate | None) -> HttpResponse:
    act, draft = request.POST.get("do", ""), choices.with_samples(typed.read(request.POST))
    account = template.account if template else _account(request, draft)
    try:
        draft = _with_files(request, account, draft)
    except NotWritten as refused:
        return _page(request, template, draft, refused.problems, pressed=True)
    if act == SUBMIT:
        return _submit(request, template, account, draft)
    if act == SAVE:
        return _save(request, template, account, draft)
    changed = pressing.change(draft, act)
    focus = pressing.focus_after(changed, act)
    return _page(request, template, changed, focus=focus, pressed=act == CHECK or "pressed" in request.POST)


def _with_files(request: ConsoleRequest, account: WhatsAppAccount, draft: Draft) -> Draft:
    """Gives the chosen example files to Meta. Raises NotWritten; those that went before it are given anew."""
    if draft.has_file and not draft.carousel and (given := _given(request, account, "", draft.header)):
        return replace(draft, header_handle=given[0], header_name=given[1])
    if not draft.carousel:
        return draft
    cards = [*draft.cards]
    for i, card in enumerate(cards):
        if given := _given(request, account, f"cards.{i}.", draft.cards_header):
            cards[i] = replace(card, header_handle=given[0], header_name=given[1])
    return replace(draft, cards=tuple(cards))


def _given(request: ConsoleRequest, account: WhatsAppAccount, at: str, format_: str) -> tuple[str, str] | None:
    """The handle and the name of the file in the field that ``at`` begins; None where there is none."""
    file = request.FILES.get(f"{at}header_file")
    if file is None:
        return None
    mime_type, name = str(file.content_type).split(";")[0].strip().lower(), str(file.name)[:200]
    field = f"carousel.{at}header.example" if at else "header.example"
    if mime_type not in choices.FILES.get(format_, ()):
        raise refuse("file_type", field)
    try:
        writing.check_example(mime_type, file.size or 0)
        return writing.upload_header(account, Upload(file.read(), mime_type, name)), name
    except NotWritten as refused:
        told = [replace(problem, field=field) for problem in refused.problems]
        raise NotWritten(told, provider_failed=refused.provider_failed) from refused


def _save(
    request: ConsoleRequest, template: MessageTemplate | None, account: WhatsAppAccount, draft: Draft
) -> HttpResponse:
    try:
        row = _keep(request, template, account, draft)
    except NotWritten as refused:
        return _page(request, template, draft, refused.problems, pressed=True)
    results.success(request, _("The draft of %(name)s is saved. Meta does not have it yet.") % {"name": row.name})
    return redirect("template", row.pk)


def _submit(
    request: ConsoleRequest, template: MessageTemplate | None, account: WhatsAppAccount, draft: Draft
) -> HttpResponse:
    """Nothing leaves while a rule is broken. What Meta refuses all the same is kept as a draft, with its reason."""
    payload = definitions.definition(draft)
    problems = writing.check(template, timezone.now(), payload) if template else rules.check(payload)
    if problems:
        return _page(request, template, draft, problems, pressed=True)
    try:
        template = _keep(request, template, account, draft)
        draft = replace(draft, seen=str(template.revision))
        row = writing.submit(template, actor=request.user, now=timezone.now())
    except NotWritten as refused:
        return _page(request, template, draft, refused.problems, pressed=True)
    told = _("Meta has %(name)s now and reviews it. Its state changes here by itself.")
    results.success(request, told % {"name": row.name})
    return redirect("template", row.pk)


def _keep(
    request: ConsoleRequest, template: MessageTemplate | None, account: WhatsAppAccount, draft: Draft
) -> MessageTemplate:
    """The draft as a row. Raises NotWritten; ``stale`` where somebody else changed it since this form was opened."""
    seen = _number(draft.seen) if draft.seen and "overwrite" not in request.POST else None
    return drafts.save(
        account,
        definitions.definition(draft),
        actor=request.user,
        now=timezone.now(),
        template=template,
        revision=seen,
    )


def _account(request: ConsoleRequest, draft: Draft) -> WhatsAppAccount:
    return access.get_account(request, _number(draft.account))


def _number(text: str) -> int:
    """A row's id out of a form; 0, which none has, where it is no id."""
    return parse_id(text) or 0


def _page(
    request: ConsoleRequest,
    template: MessageTemplate | None,
    draft: Draft,
    problems: list[Problem] | None = None,
    *,
    pressed: bool = False,
    focus: str = "",
) -> HttpResponse:
    """The whole page. ``pressed``: the person asked for something, and hears all that is wrong.

    ``focus`` is the id of the part that the person goes on with.
    """
    if problems is None:
        problems = rules.check(definitions.definition(draft)) if pressed else []
    stale = next((problem for problem in problems if problem.code == STALE), None)
    wrong = {
        "told": telling.told(draft, [problem for problem in problems if problem.code != STALE]),
        "pressed": pressed and bool(problems),
        "conflict": stale.sentence if stale else "",
    }
    context = frame(request, **_parts(request, template, draft), **wrong, focus=focus)
    status = 400 if pressed and problems and "HX-Request" not in request.headers else 200
    return render(request, "dashboard/templates/editor.html", context, status=status)


def _parts(request: ConsoleRequest, template: MessageTemplate | None, draft: Draft) -> dict[str, Any]:
    """What the page shows, whatever is wrong with the draft."""
    now = timezone.now()
    return {
        "title": _("Edit template") if template else _("New template"),
        "template": template,
        "draft": draft,
        "bubble": _bubble(request, template, draft),
        "accounts": templates.accounts(request.tenant),
        "upcoming": template_page.upcoming(request.tenant, now),
        "data": request.POST.get("data", ""),
        "action": reverse("template_edit", args=[template.pk]) if template else request.get_full_path(),
        "check_url": reverse("template_check") + (f"?modelo={template.pk}" if template else ""),
        "back": reverse("template", args=[template.pk]) if template else reverse("templates"),
        "edits": writing.edits_left(template, now) if template and template.template_id else None,
        **choices.offered(template, draft),
        "samples": choices.samples(draft),
        "cards": choices.samples_of_cards(draft),
    }


def _bubble(request: ConsoleRequest, template: MessageTemplate | None, draft: Draft) -> preview.Bubble:
    """The message with the samples, or with the data of the appointment that the form names."""
    components = definitions.components(draft)
    values = {key: value for key, value in preview.examples(components).items() if value}
    if appointment := _appointment(request, request.POST):
        mapped = template.mappings.order_by("kind").first() if template else None
        values = template_page.real_values(components, appointment, mapped.variables if mapped else {}, values)
    return preview.bubble(components, values, language=draft.language, category=draft.category)


def _appointment(request: ConsoleRequest, data: QueryDict) -> Any:
    chosen = data.get("data", "")
    return access.get_appointment(request, _number(chosen)) if chosen else None
