"""What the tests of this app share."""

from collections.abc import Iterator

import pytest
import responses

from tests.notifications.jobs import Graph


@pytest.fixture
def graph() -> Iterator[Graph]:
    """A Meta that accepts everything until told otherwise."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Graph(mock)
