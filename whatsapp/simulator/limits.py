"""Meta's rate limits, enforced only where asked for (`--enforce pair,throughput`), and the usage headers."""

import json
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field

from .errors import GraphError

PAIR_SECONDS = 6.0  # one message to one person in 6 s …
PAIR_BURST = 45  # … with up to 45 borrowed from the future
HOURLY_CALLS = 5000  # of the management API, an app and a WABA with a registered number


@dataclass
class Limits:
    enforce: frozenset[str] = frozenset()
    _due: dict[tuple[str, str], float] = field(default_factory=dict)
    _sends: dict[str, deque[float]] = field(default_factory=dict)
    _calls: Counter[tuple[str, int]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check_send(self, phone_number_id: str, throughput: int, customer: str, now: float) -> None:
        """Raises 130429 above the number's messages a second, 131056 above the pair's rate."""
        if not self.enforce:
            return
        with self._lock:
            if "throughput" in self.enforce:
                self._check_throughput(phone_number_id, throughput, now)
            if "pair" in self.enforce:
                self._check_pair((phone_number_id, customer), now)

    def _check_throughput(self, phone_number_id: str, throughput: int, now: float) -> None:
        sends = self._sends.setdefault(phone_number_id, deque())
        while sends and sends[0] <= now - 1:
            sends.popleft()
        if len(sends) >= throughput:
            raise GraphError(130429, subcode=2494055)
        sends.append(now)

    def _check_pair(self, pair: tuple[str, str], now: float) -> None:
        due = max(self._due.get(pair, now), now) + PAIR_SECONDS
        if due - now > PAIR_SECONDS * PAIR_BURST:
            raise GraphError(131056)
        self._due[pair] = due

    def count_call(self, waba_id: str) -> dict[str, str]:
        """Count a call of this hour; the headers in which Meta tells how much of the quota is used (percent)."""
        key = (waba_id, int(time.time() // 3600))
        with self._lock:
            self._calls[key] += 1
            used = min(100, 100 * self._calls[key] // HOURLY_CALLS)
        app = {"call_count": used, "total_cputime": 0, "total_time": 0}
        business = {"type": "whatsapp_business_management"} | app | {"estimated_time_to_regain_access": 0}
        headers = {"X-App-Usage": json.dumps(app)}
        return headers | ({"X-Business-Use-Case-Usage": json.dumps({waba_id: [business]})} if waba_id else {})
