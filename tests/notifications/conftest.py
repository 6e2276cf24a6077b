"""What the tests of this app share."""

from collections.abc import Iterator

import pytest
import responses

from notifications import dispatcher
from tests.notifications.jobs import Graph


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    """A Meta that accepts everything until told otherwise, however long a busy machine takes to begin a call."""
    monkeypatch.setattr(dispatcher, "LATE_SECONDS", 60)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Graph(mock)
