"""`/sim/faults`: add one, list them, remove all. See `faults.py` for what each does."""

from dataclasses import asdict

from ..faults import BadFault, parse
from ..simulator import Simulator
from ..web import BadRequest, Request, Response, as_json


def listing(simulator: Simulator, request: Request) -> Response:
    return as_json(simulator.faults.listed())


def add(simulator: Simulator, request: Request) -> Response:
    try:
        fault = simulator.faults.add(parse(request.json()))
    except BadFault as error:
        raise BadRequest(str(error)) from None
    return as_json(asdict(fault), 201)


def clear(simulator: Simulator, request: Request) -> Response:
    simulator.faults.clear()
    return as_json({"success": True})
