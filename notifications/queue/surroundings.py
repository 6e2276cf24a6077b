"""Reads, in a few queries for a whole batch, what the gates ask about each due job."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from notifications import routing
from notifications.candidates import Candidate
from notifications.kinds import KINDS
from notifications.models import NotificationJob
from notifications.pool import Pool
from tenants import consent, contacts, flags, phones
from tenants.models import Contact, PhoneNumber, Tenant
from whatsapp import window
from whatsapp.coexistence import app
from whatsapp.models import Conversation
from whatsapp.window import Window

log = structlog.get_logger(__name__)
IN_DOUBT = (NotificationJob.State.SENDING, NotificationJob.State.UNCERTAIN)
NO_WINDOW = Window(open=False, reason="no_inbound")
UNCHECKED = Window(open=False, reason="check_failed")


def candidates(jobs: Sequence[NotificationJob], now: datetime) -> list[Candidate]:
    """One candidate a job, in the order given. ``jobs`` come with tenant (and its automation) and contact."""
    return _Surroundings(jobs, now).all()


class _Surroundings:
    """The rows around one batch, by the keys that its jobs use."""

    def __init__(self, jobs: Sequence[NotificationJob], now: datetime) -> None:
        self.jobs, self.now = jobs, now
        tenants = {job.tenant_id: job.tenant for job in jobs}
        self.automations = {pk: flags.resolve(tenant) for pk, tenant in tenants.items()}
        self.testers = {pk: self._tester(tenant) for pk, tenant in tenants.items()}
        self.switches = flags.kill_switches(tenants, now)
        self.numbers = self._numbers(list(tenants))
        self.pool = Pool(jobs, self.numbers, now)
        self.people = {job.contact_id for job in jobs} | {tester.pk for tester in self.testers.values() if tester}
        self.words = consent.newest(job.contact_id for job in jobs)
        self.threads = self._threads()
        self.app_words = self._app_words()

    def all(self) -> list[Candidate]:
        return [self._candidate(job) for job in self.jobs]

    def _candidate(self, job: NotificationJob) -> Candidate:
        kind, automation = KINDS.get(job.kind), self.automations[job.tenant_id]
        numbers = self.numbers[job.tenant_id]
        facts = self.pool.facts(job)
        choice = routing.choose_number(job, numbers, self.threads, hand_over=automation.hand_over, facts=facts)
        number = choice.number
        thread = self._thread(job, number)
        return Candidate(
            job=job,
            kind=kind,
            automation=automation,
            switch=self.switches.get(job.tenant_id),
            number=number,
            choice=choice,
            thread=thread,
            window=_window(thread, self.now),
            refusal=consent.refusal_in(self.words, job.contact_id, marketing=bool(kind and kind.marketing)),
            marketing_refusal=consent.refusal_in(self.words, job.contact_id, marketing=True),
            portfolios=facts.portfolios,
            to=f"+{phones.digits(automation.test_recipient)}" if automation.test_recipient else job.to,
            now=self.now,
            app_words_at=self.app_words.get(thread.pk) if thread else None,
        )

    def _thread(self, job: NotificationJob, number: PhoneNumber | None) -> Conversation | None:
        """The conversation of whoever really gets it: with a test recipient, the tester's window counts."""
        is_redirected = bool(self.automations[job.tenant_id].test_recipient)
        tester = self.testers[job.tenant_id]
        contact_id = (tester.pk if tester else None) if is_redirected else job.contact_id
        return self.threads.get((number.pk, contact_id)) if number and contact_id else None

    def _tester(self, tenant: Tenant) -> Contact | None:
        phone = self.automations[tenant.pk].test_recipient
        return contacts.find_by_phone(tenant, phone) if phone else None

    def _numbers(self, tenant_ids: list[UUID]) -> dict[UUID, list[PhoneNumber]]:
        rows = PhoneNumber.objects.owned().filter(tenant__in=tenant_ids).order_by("pk")
        found: dict[UUID, list[PhoneNumber]] = defaultdict(list)
        for row in rows.select_related("tenant", "account"):
            found[row.tenant_id].append(row)
        return found

    def _threads(self) -> dict[tuple[int, int], Conversation]:
        numbers = [number.pk for numbers in self.numbers.values() for number in numbers]
        rows = Conversation.objects.filter(number__in=numbers, contact__in=self.people)
        return {(row.number_id, row.contact_id): row for row in rows.select_related("window_message")}

    def _app_words(self) -> dict[int, datetime]:
        """By conversation; not where one of our own sends, still without its answer, may be what the app told."""
        if not any(kind.yields_to_people for job in self.jobs if (kind := KINDS.get(job.kind))):
            return {}
        longest = max(automation.app_pause for automation in self.automations.values())
        in_doubt = NotificationJob.objects.filter(contact__in=self.people, state__in=IN_DOUBT)
        doubtful = set(in_doubt.values_list("contact_id", flat=True))
        threads = [row.pk for row in self.threads.values() if row.contact_id not in doubtful]
        return app.last_words(threads, self.now - longest)


def _window(thread: Conversation | None, now: datetime) -> Window:
    """The window of a conversation; a check that fails is told apart, and counts as closed."""
    if thread is None:
        return NO_WINDOW
    try:
        return window.of(thread, now)
    except Exception:
        log.exception("window_check_failed", conversation=thread.pk)
        return UNCHECKED
