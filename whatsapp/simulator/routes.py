"""The door: `/sim/…` is the control of the simulator, all else is the Graph API."""

from . import control, graph
from .simulator import Simulator
from .web import Request, Response


def answer(simulator: Simulator, request: Request) -> Response:
    """Raises NoAnswer or ConnectionReset where a fault needs the socket."""
    door = control.answer if request.segments[:1] == ["sim"] else graph.answer
    return door(simulator, request)
