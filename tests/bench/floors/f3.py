"""Floor F3: the least that sends: one requests.Session in N threads, template bodies, nothing stored.

``python -m tests.bench.floors.f3 URL COUNT THREADS`` prints seconds and sends a second as JSON.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter

TEXTS = ("Maria Silva", "Corte", "22/11/2026", "12:00", "Rua Um, 1")


def body(n: int) -> dict[str, object]:
    """As large as a booking's notice."""
    parameters = [{"type": "text", "text": text} for text in TEXTS]
    buttons = [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(index),
            "parameters": [{"type": "payload", "payload": f"confirm:{n}"}],
        }
        for index in range(3)
    ]
    template = {
        "name": "aviso_de_agendamento",
        "language": {"code": "pt_BR"},
        "components": [{"type": "body", "parameters": parameters}, *buttons],
    }
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"+55119{n:08}",
        "type": "template",
        "template": template,
        "biz_opaque_callback_data": f"floor:{n}",
    }


def main(url: str, count: int, threads: int) -> None:
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=threads))
    session.headers["Authorization"] = "Bearer SIM-floor"

    def send(n: int) -> str:
        answer = session.post(url, json=body(n), timeout=30)
        return str(answer.json()["messages"][0]["id"])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(send, range(threads)))  # connections are open
        cpu, began = time.process_time(), time.perf_counter()
        list(pool.map(send, range(count)))
        seconds = time.perf_counter() - began
    cpu_ms = (time.process_time() - cpu) / count * 1000
    sys.stdout.write(json.dumps({"sent": count, "seconds": seconds, "rate": count / seconds, "cpu_ms": cpu_ms}))


if __name__ == "__main__":
    _url, _count, _threads = sys.argv[1:]
    main(_url, int(_count), int(_threads))
