"""One call of the Graph API: which object, which edge, whose token."""

import re
import time
from functools import cached_property

from ..errors import GraphError, unsupported
from ..rows import accounts, media, signup, templates, uploads
from ..rows.accounts import Account, Number
from ..simulator import Simulator
from ..web import Request

VERSION = re.compile(r"^v\d+(\.\d+)?$")
NAMED_NODES = ("debug_token", "whatsapp_business", "oauth")
MANAGEMENT, MESSAGING = "whatsapp_business_management", "whatsapp_business_messaging"
OF_MESSAGING = frozenset({"messages", "media", "register", "block_users"})  # edges; all else is management
OF_ANYBODY = frozenset({("app", "uploads"), ("upload", "")})  # any token's, whatever accounts it may reach


class Call:
    """`fails_with` is the code with which a fault lets an accepted message fail later (0: none)."""

    def __init__(self, simulator: Simulator, request: Request) -> None:
        self.simulator, self.request = simulator, request
        self.store, self.now = simulator.store, time.time()
        segments = request.segments
        if segments and VERSION.match(segments[0]):
            segments = segments[1:]
        self.node = segments[0] if segments else ""
        self.edge = "/".join(segments[1:])
        self.fails_with = 0

    @cached_property
    def _found(self) -> tuple[str, str]:
        """The kind of the node (or its name, or "") and the WABA it belongs to."""
        if named := self._named:
            return named, ""
        if number := accounts.find_number(self.store, self.node):
            return "number", number.waba_id
        if accounts.find_account(self.store, self.node):
            return "account", self.node
        if template := templates.find(self.store, self.node, self.now):
            return "template", template.waba_id
        if file := media.find(self.store, self.node, self.now):
            owner = accounts.find_number(self.store, file.phone_number_id)
            return "media", owner.waba_id if owner else ""
        return "", ""

    @property
    def _named(self) -> str:
        """What a node is whose name alone says so."""
        if self.node.startswith(uploads.PREFIX):
            return "upload"
        return {self.simulator.config.app_id: "app"}.get(self.node, self.node if self.node in NAMED_NODES else "")

    @property
    def kind(self) -> str:
        return self._found[0]

    @property
    def waba_id(self) -> str:
        return self._found[1]

    def check_token(self) -> None:
        """Raises 104 without a token, 190 for one nobody issued, 100/33 for one without a right to the object.

        A code is exchanged without a token.
        """
        token = self.request.token
        if self.kind == "oauth":
            return
        if not token:
            raise GraphError(104)
        if token == self.app_token:
            if self.kind == "app":
                return
            reachable = []
        elif not (reachable := accounts.accounts_of_token(self.store, token)):
            raise GraphError(190, message="Invalid OAuth access token - Cannot parse access token")
        if (self.kind, self.edge) in OF_ANYBODY:
            return
        if self.waba_id not in reachable and self.kind not in NAMED_NODES:
            raise unsupported(self.node, self.request.method)
        if self.kind not in NAMED_NODES:
            self._check_scope(token)

    def _check_scope(self, token: str) -> None:
        """Raises 200 for a token that was granted without the permission of the edge."""
        scope = MESSAGING if self.kind == "media" or self.edge in OF_MESSAGING else MANAGEMENT
        if scope not in signup.grant_of(self.store, token).scopes:
            raise GraphError(200, message=f"(#200) Requires {scope} permission to manage the object")

    @property
    def app_token(self) -> str:
        return f"{self.simulator.config.app_id}|{self.simulator.config.app_secret}"

    @cached_property
    def account(self) -> Account:
        account = accounts.find_account(self.store, self.waba_id)
        if account is None:
            raise unsupported(self.node, self.request.method)
        return account

    @cached_property
    def number(self) -> Number:
        number = accounts.find_number(self.store, self.node)
        if number is None:
            raise unsupported(self.node, self.request.method)
        return number
