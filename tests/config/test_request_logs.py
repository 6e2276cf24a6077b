from django.http import HttpResponse
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import get_contextvars


def test_lines_of_a_request_share_its_id_and_hold_no_address(rf):
    told = {}

    def answer(_request):
        told.update(get_contextvars())
        return HttpResponse()

    RequestMiddleware(answer)(rf.get("/", headers={"X-Forwarded-For": "203.0.113.7"}))
    assert set(told) == {"request_id"}
