"""What the tests of templates share."""

from collections.abc import Iterator
from typing import Any

import pytest
import responses


@pytest.fixture
def graph(settings: Any) -> Iterator[responses.RequestsMock]:
    """Meta's Graph API: each test says what it answers; what is asked beyond that is an error."""
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
