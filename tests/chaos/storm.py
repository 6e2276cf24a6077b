"""A storm over a running copy: many businesses send, their Meta fails in every way, and Recado's parts die.

``break_out`` makes it and answers what Meta accepted and what Recado says of it. CHAOS_JOBS (1 000) is its size, over
twenty businesses; four more, a fifth of that, have a Meta whose statuses never name our reference.
"""

import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import redis

from tests.chaos import plans
from tests.chaos.copies import ROOT, Copy, eventually, kill_all
from tests.chaos.graph import Accepted, Graph, Record
from tests.chaos.plans import Number, Plan
from tests.chaos.sender import Judge
from tests.simulator_client import SimulatorClient

JOBS = int(os.environ.get("CHAOS_JOBS", "1000"))
TENANTS = 20
SHARE = math.ceil(JOBS / TENANTS)  # jobs of each business
FIRE_SECONDS = max(30.0, JOBS / 40)
FIRE_AT_MOST = 3 * FIRE_SECONDS  # it goes on until half of the messages are out, where the machine is slow
KILL_SECONDS, KILL_MESSAGES = 5.0, JOBS / 50  # both at least, between two deaths of all pool workers
EXPIRED_SECONDS = min(60.0, FIRE_SECONDS / 2)
HOLD_SECONDS = 45  # how long an unanswered call waits for a status
SETTINGS = {
    "WHATSAPP_AUTOMATION_UNCERTAIN_HOLD_SECONDS": str(HOLD_SECONDS),
    "WHATSAPP_AUTOMATION_MAX_RETRIES": "10",  # so many faults in a row are no end
}
BEGIN_SECONDS = 10.0  # from the plan to the first job that is due
DRAIN_SECONDS = max(420.0, JOBS / 10)
PORTFOLIO = "770000000000900"
PORTFOLIO_PEOPLE = max(int(SHARE * 2 * 0.6), 1)
PAIR_JOBS = 50  # for each customer of the business that writes too often

FEW_PEOPLE, COEXISTING, SHARING, SHARING_TOO, EXPIRED = range(5)  # the first businesses; all others are alike


Line = tuple[str, dict[str, Any]]  # of a timeline: event and detail


@dataclass(frozen=True)
class Job:
    """A job as Recado left it."""

    slug: str
    state: str
    reason: str
    attempts: int


@dataclass
class Storm:
    """What happened, and what became of it."""

    plans: list[Plan]
    graph: Graph
    struck: Counter[str] = field(default_factory=Counter)
    jobs: dict[str, Job] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    attempts: dict[str, dict[int, str]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)  # slug -> state

    accepted: dict[str, list[Accepted]] = field(default_factory=dict)  # by job

    @property
    def record(self) -> Record:
        return self.graph.record

    def jobs_of(self, *, labelled: bool, kind: str = "appointment_created") -> dict[str, Job]:
        chosen = {plan.slug for plan in self.plans if plan.number.labelled is labelled and plan.kind == kind}
        return {pk: job for pk, job in self.jobs.items() if job.slug in chosen}

    def times(self, pk: str) -> int:
        """How often Meta accepted it."""
        return len(self.accepted.get(pk, []))


def plan_of(index: int, begin: float, kind: str = "appointment_created") -> Plan:
    labelled = index < TENANTS
    number = Number(
        phone_number_id=f"7500000000001{index:02}",
        waba_id=f"7400000000001{index:02}",
        portfolio=PORTFOLIO if index in {SHARING, SHARING_TOO} else f"7700000000001{index:02}",
        token=f"SIM-chaos-{index}",
        throughput=plans.COEXISTENCE if index == COEXISTING else 80,
        labelled=labelled,
    )
    return Plan(
        slug=f"chaos-{index:02}",
        number=number,
        jobs=SHARE,
        people=math.ceil(SHARE / PAIR_JOBS) if index == FEW_PEOPLE else SHARE,
        begin=begin,
        seconds=0 if index == COEXISTING else FIRE_SECONDS * 0.8,
        kind=kind,
        messaging_limit=f"TIER_{PORTFOLIO_PEOPLE}" if index in {SHARING, SHARING_TOO} else "TIER_UNLIMITED",
    )


def make_plans(begin: float) -> list[Plan]:
    named = [plan_of(index, begin) for index in range(TENANTS)]
    nameless = [plan_of(TENANTS + n, begin, kind) for n, kind in enumerate(["appointment_created", "manual"] * 2)]
    return named + nameless


def settle_in(copy: Copy, made: list[Plan]) -> None:
    """The businesses, at the simulator and in the copy's database."""
    simulator = SimulatorClient(copy.simulator_url)
    for plan in made:
        number = {"phone_number_id": plan.number.phone_number_id, "display_phone_number": "+551133334444"}
        number |= {"throughput": plan.number.throughput, "messaging_limit": plan.messaging_limit}
        known = {"waba_id": plan.number.waba_id, "token": plan.number.token, "business_id": plan.number.portfolio}
        simulator.accounts(name=plan.slug, numbers=[number], **known)
    path = copy.data / "plans.json"
    plans.write(made, path)
    command = [sys.executable, "-m", "tests.chaos.businesses", str(path)]
    subprocess.run(command, cwd=ROOT, env=os.environ | copy.settings, check=True)


def break_out(copy: Copy, graph: Graph) -> Storm:
    """The whole storm over a copy that is ready, until nothing is under way any more."""
    made = make_plans(time.time() + BEGIN_SECONDS)
    graph.know([plan.number for plan in made], copy.base_url, copy.demo["app_secret"])
    settle_in(copy, made)
    found, court = Storm(made, graph), Judge(copy)
    rage(copy, found)
    began = time.monotonic()
    settle(copy, court, found)
    read(court, found)
    tell(found, time.monotonic() - began)
    return found


def rage(copy: Copy, found: Storm) -> None:
    """Pool workers die every few seconds, with messages on their way; in between, once each, everything else."""
    agenda = make_agenda(copy, found)
    time.sleep(max(found.plans[0].begin - time.time(), 0))
    began, killed_at, known = time.monotonic(), 0.0, 0
    while is_raging(passed := time.monotonic() - began, found, agenda):
        if agenda and agenda[0].at <= passed and agenda[0].is_time():
            strike(found, agenda.pop(0))
        if passed - killed_at >= KILL_SECONDS and len(found.record.accepted) >= known + KILL_MESSAGES:
            killed_at, known = passed, len(found.record.accepted)
            found.struck["pool workers killed"] += kill_all(copy.children("celery", "worker"))
        time.sleep(0.1)
    for left in agenda:
        strike(found, left)
    found.graph.is_faulty = False
    found.struck["seconds"] = round(time.monotonic() - began)


@dataclass(frozen=True)
class Strike:
    """Something that breaks, or is mended, ``at`` seconds after the first message was due, once it ``is_time``."""

    at: float
    name: str
    act: Callable[[], object]
    is_time: Callable[[], bool] = lambda: True


def make_agenda(copy: Copy, found: Storm) -> list[Strike]:
    token, graph = found.plans[EXPIRED].number.token, found.graph
    refused = lambda: graph.record.faults["token"] > 0  # noqa: E731
    return [
        Strike(FIRE_SECONDS * 0.15, "token expired", lambda: graph.expired.add(token)),
        Strike(FIRE_SECONDS * 0.3, "Valkey flushed", lambda: flush(copy)),
        Strike(FIRE_SECONDS * 0.45, "PostgreSQL restarted", lambda: kill_all(copy.parents("postgres"), signal.SIGINT)),
        Strike(FIRE_SECONDS * 0.15 + EXPIRED_SECONDS, "token valid", lambda: graph.expired.discard(token), refused),
        Strike(FIRE_SECONDS * 0.75, "whole worker killed", lambda: kill_all(copy.find("celery", "worker"))),
    ]


def strike(found: Storm, one: Strike) -> None:
    one.act()
    found.struck[one.name] += 1


def is_raging(passed: float, found: Storm, agenda: list[Strike]) -> bool:
    is_slow = bool(agenda) or len(found.record.accepted) < JOBS / 2
    return passed < FIRE_SECONDS or (is_slow and passed < FIRE_AT_MOST)


def flush(copy: Copy) -> None:
    with redis.Redis.from_url(copy.settings["REDIS_URL"]) as client:
        client.flushall()


OPEN = """
SELECT count(*) FROM notifications_notificationjob AS job JOIN tenants_tenant AS tenant ON tenant.id = job.tenant_id
WHERE tenant.slug LIKE 'chaos-%%' AND job.state <> 'sent'
  AND NOT (job.state = 'pending' AND job.reason_code = 'portfolio_limit')
  AND NOT (job.state = 'uncertain' AND job.reason_code = 'unconfirmed')
"""


def settle(copy: Copy, court: Judge, found: Storm) -> None:
    """Waits until nothing of ours is under way any more, and every status was heard."""
    eventually(copy.is_ready, 120)
    eventually(lambda: count_open(court) == 0 and not found.graph.untold and court.is_drained(), DRAIN_SECONDS)


def count_open(court: Judge) -> int:
    try:
        return int(court.ask(OPEN)[0][0])
    except psycopg.Error:
        return -1


JOBS_SQL = """
SELECT job.id::text, tenant.slug, job.state, job.reason_code, job.attempts
FROM notifications_notificationjob AS job JOIN tenants_tenant AS tenant ON tenant.id = job.tenant_id
WHERE tenant.slug LIKE 'chaos-%%'
"""
LINES_SQL = "SELECT job_id::text, event, detail FROM notifications_jobevent ORDER BY at, id"
ATTEMPTS_SQL = "SELECT job_id::text, attempt, outcome FROM notifications_jobattempt"
NUMBERS_SQL = """
SELECT tenant.slug, number.state FROM tenants_phonenumber AS number
JOIN tenants_tenant AS tenant ON tenant.id = number.tenant_id
"""


def read(court: Judge, found: Storm) -> None:
    found.accepted = found.record.by_job
    found.jobs = {pk: Job(*facts) for pk, *facts in court.ask(JOBS_SQL)}
    found.lines, found.attempts = defaultdict(list), defaultdict(dict)
    for pk, event, detail in court.ask(LINES_SQL):
        found.lines[pk].append((event, detail))
    for pk, attempt, outcome in court.ask(ATTEMPTS_SQL):
        found.attempts[pk][attempt] = outcome
    found.numbers = dict(court.ask(NUMBERS_SQL))


def tell(found: Storm, drained: float) -> None:
    said = Counter(event for pk in found.jobs for event, _detail in found.lines[pk])
    named = found.jobs_of(labelled=True)
    times = Counter(found.times(pk) for pk in named)
    kept = ("uncertain", "confirmed", "late_answer", "hold_over", "unconfirmed", "refused", "retry", "held")
    facts = {
        "jobs": len(found.jobs),
        "accepted by Meta": len(found.record.accepted),
        "of those with our reference in statuses": dict(times),
        "states": dict(Counter(f"{job.state} {job.reason}".strip() for job in found.jobs.values())),
        "attempts": sum(job.attempts for job in found.jobs.values()),
        "faults": dict(found.record.faults),
        "limits broken": dict(found.record.broken),
        "struck": dict(found.struck),
        "timeline": {event: said[event] for event in kept},
        "seconds until drained": round(drained),
    }
    print("\n" + "\n".join(f"  {name}: {value}" for name, value in facts.items()))  # noqa: T201
