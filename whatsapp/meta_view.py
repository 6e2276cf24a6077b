"""What Meta calls: no session, no key; a signature over what was sent is the proof."""

from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView


class ForMeta(APIView):
    authentication_classes = []
    permission_classes = []

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Whatever a caller says it accepts, it gets an answer."""
        return super().perform_content_negotiation(request, force=True)
