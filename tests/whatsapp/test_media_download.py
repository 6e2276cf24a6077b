"""From a message with a file to the file in the storage."""

import hashlib

import pytest

from tests.factories import NOW
from tests.simulator_client import SimulatorProcess
from tests.whatsapp.media_files import MetaFiles, fetched, picture, receive, told
from whatsapp.media import storage

pytestmark = pytest.mark.django_db


@pytest.fixture
def serving(settings):
    """Starts a server for one file and points Graph's address at it."""
    servers = []

    def start(*args, **facts):
        server = MetaFiles(*args, **facts).__enter__()
        servers.append(server)
        settings.WHATSAPP_META_GRAPH_URL = server.url
        return server

    yield start
    for server in servers:
        server.__exit__()


def test_a_file_is_stored_with_its_facts(number, serving):
    content = picture()
    serving(content)
    media = fetched(receive(number, told(content)))
    assert (media.state, media.problem, media.size) == ("downloaded", "", len(content))
    assert media.sha256 == hashlib.sha256(content).hexdigest()
    assert not media.sha256_differs
    assert (media.detected_type, media.width, media.height) == ("image/jpeg", 640, 480)
    assert storage.open_file(media.object_name).read() == content
