"""The disk for files of messages is full: webhooks go on, files wait, nothing half-written stays, all come later."""

import base64
import hashlib
import random
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.chaos.copies import Copy, eventually
from tests.chaos.sender import SECONDS, Judge, Meta, judge
from tests.simulator_client import SimulatorClient

SIZE = 2 * 1024 * 1024
FILES, FILE_BYTES = 8, 100_000
FILLER = "filler"


class Disk:
    """A small file system of its own where this person may mount one; else the workers may write no large file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_own = self._mount()

    def _mount(self) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(self.folder)]
        with suppress(OSError):
            return subprocess.run(command, capture_output=True, check=False).returncode == 0
        return False

    def unmount(self) -> None:
        if self.is_own:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def fill(self, copy: Copy) -> None:
        if self.is_own:
            with suppress(OSError), (self.folder / FILLER).open("wb", buffering=0) as filler:
                while filler.write(b"\0" * 65_536):
                    continue
        else:
            limit_files(copy, 1_000)

    def clear(self, copy: Copy) -> None:
        if self.is_own:
            (self.folder / FILLER).unlink()
        else:
            limit_files(copy, resource.RLIM_INFINITY)

    @property
    def files(self) -> list[Path]:
        """What Recado wrote there."""
        return [path for path in self.folder.rglob("*") if path.is_file() and path.name != FILLER]


def limit_files(copy: Copy, size: int) -> None:
    """No process of the worker can write a larger file; those that it forks later neither."""
    for process in copy.find("celery", "worker"):
        with suppress(psutil.NoSuchProcess):
            _, hard = process.rlimit(psutil.RLIMIT_FSIZE)
            process.rlimit(psutil.RLIMIT_FSIZE, (size, hard))


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    disk = Disk(tmp_path_factory.mktemp("disk"))
    yield disk
    disk.unmount()


@pytest.fixture(scope="module")
def copy(make_copy: Callable[..., Copy], disk: Disk) -> Iterator[Copy]:
    copy = make_copy("disk", MEDIA_ROOT=str(disk.folder)).start().wait_ready()
    yield copy
    copy.stop()


def receive_files(copy: Copy) -> list[str]:
    """As many documents from customers; answers their SHA-256, sorted."""
    simulator, number = SimulatorClient(copy.simulator_url), copy.demo["tenants"][0]["phone_number_id"]
    contents = [b"%PDF-1.7\n" + random.randbytes(FILE_BYTES) for _ in range(FILES)]
    for n, content in enumerate(contents):
        document = {"data": base64.b64encode(content).decode(), "filename": f"{n}.pdf", "mime_type": "application/pdf"}
        simulator.inbound(f"551197000{n:04}", type="document", document=document, to=number)
    return sorted(hashlib.sha256(content).hexdigest() for content in contents)


def test_files_wait_while_the_disk_is_full_and_webhooks_do_not(copy, disk):
    court, meta = Judge(copy), Meta(copy).start()
    waiting = "SELECT count(*) FROM whatsapp_media WHERE state = 'pending' AND problem = 'storage'"
    try:
        disk.fill(copy)
        print("\na full file system" if disk.is_own else "\na limit on the size of files")  # noqa: T201
        expected = receive_files(copy)
        eventually(lambda: court.ask(waiting)[0][0] > 0, 60)
        eventually(lambda: court.ask("SELECT 1 FROM tenants_alert WHERE kind = 'media_storage' AND state <> 'solved'"))
        time.sleep(SECONDS / 2)
        assert disk.files == []
        judge(copy, meta)
    finally:
        meta.stop()
        disk.clear(copy)

    court.tell("UPDATE whatsapp_media SET due_at = now() WHERE state = 'pending'")  # a pause of two minutes, cut short
    downloaded = "SELECT sha256 FROM whatsapp_media WHERE state = 'downloaded' AND size > %s"
    eventually(lambda: len(court.ask(downloaded, FILE_BYTES)) == FILES, 90)
    assert sorted(row[0] for row in court.ask(downloaded, FILE_BYTES)) == expected
    written = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in disk.files)
    assert [digest for digest in written if digest in expected] == expected
    eventually(lambda: court.ask("SELECT state FROM tenants_alert WHERE kind = 'media_storage'") == [("solved",)])
