"""Signed bodies that nobody would write: real ones with parts replaced, dropped, doubled, swapped or cut.

A short run of it is part of the suite; ``FUZZ_SECONDS=600 pytest -s tests/whatsapp/test_fuzz.py`` is a long one.
"""

import copy
import json
import os
import time
from typing import Any

import pytest
from django.conf import settings as settings_of_django
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.factories import make_template
from tests.whatsapp.meta_bodies import NUMBER_ID, PAYLOADS, payload, post, process_all
from whatsapp.models import HandlerFailure, WebhookEvent

pytestmark = pytest.mark.django_db

SECONDS = float(os.environ.get("FUZZ_SECONDS", "2"))
ROUND = 50  # examples between two looks at the clock
BODIES = [payload(path.stem) for path in sorted(PAYLOADS.glob("*.json"))]
ODD_TEXTS = ["", "\x00", "\ud800", "9" * 30, "-1", "1e999", "x" * 70_000, "wamid.in.text", NUMBER_ID, "ßÅ\u202e"]
ODD_NUMBERS = [0, -1, 2**31, 2**63, 2**64, -(10**30), 1.5, 1e308, float("nan"), float("inf")]
ODD = [None, True, False, [], {}, *ODD_NUMBERS, *ODD_TEXTS]

json_values = st.recursive(
    st.sampled_from(ODD) | st.text(max_size=20) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a body, from the outside in."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    return [place for key in keys for place in [(node, key), *places(node[key])]]


def spoil(draw: Any, body: Any, other: Any) -> None:
    """One change, somewhere."""
    found, theirs = places(body), places(other)
    if not found or not theirs:
        return
    (container, key), (donor, donors_key) = draw(st.sampled_from(found)), draw(st.sampled_from(theirs))
    how = draw(st.sampled_from(["replace", "replace", "drop", "double", "swap", "nest", "rename"]))
    if how == "replace":
        container[key] = draw(json_values)
    elif how == "drop":
        del container[key]
    elif how == "double":
        container[key] = [copy.deepcopy(container[key])] * draw(st.integers(1, 4))
    elif how == "swap":
        container[key] = copy.deepcopy(donor[donors_key])
    elif how == "nest":
        container[key] = {str(key): container[key]}
    elif isinstance(container, dict):
        container[draw(st.sampled_from(ODD_TEXTS))] = container.pop(key)


@st.composite
def spoiled(draw: Any) -> bytes:
    """A body with one to six changes; one of ten is cut or has foreign bytes in it besides."""
    body, other = copy.deepcopy(draw(st.sampled_from(BODIES))), draw(st.sampled_from(BODIES))
    for _ in range(draw(st.integers(1, 6))):
        spoil(draw, body, other)
    raw = json.dumps(body).encode()
    if draw(st.integers(0, 9)):
        return raw
    at = draw(st.integers(0, len(raw)))
    return raw[:at] + draw(st.binary(max_size=8)) + raw[at + draw(st.integers(0, 40)) :]


def take(raw: bytes) -> None:
    """It is answered 200, leaves events, all of them settled, and the second time changes nothing."""
    assert post(raw).status_code == 200
    assert WebhookEvent.objects.exists()
    process_all(timezone.now())
    unsettled = WebhookEvent.objects.filter(state__in=["new", "failed"]) | WebhookEvent.objects.exclude(error="")
    assert [event.error or event.state for event in unsettled] == []
    assert [failure.error for failure in HandlerFailure.objects.all()] == []
    assert post(raw).json() == {"events": 0}


@settings(
    max_examples=ROUND,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(raw=spoiled())
def one_round(raw: bytes) -> None:
    assume(len(raw) <= settings_of_django.DATA_UPLOAD_MAX_MEMORY_SIZE)  # more is refused, as it should be
    before = transaction.savepoint()
    try:
        take(raw)
    except Exception as error:
        error.add_note(f"body: {raw[:4000]!r}")
        raise
    finally:
        transaction.savepoint_rollback(before)


def test_spoiled_bodies_are_kept_settled_and_never_a_dead_letter(number):
    make_template(number.account, template_id="900000000000001")
    deadline, rounds = time.monotonic() + SECONDS, 0
    try:
        while time.monotonic() < deadline:
            one_round()
            rounds += 1
    finally:
        print(f"\n{rounds * ROUND} spoiled bodies")  # noqa: T201 - a long run tells how much it tried
