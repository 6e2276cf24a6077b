"""Walks the steps of App Review in a headless Chromium as a reviewer would, takes a picture of each, and films them.

Playwright and ffmpeg come with requirements-dev.txt. Nothing here asks the database: Playwright runs an event loop.
"""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import Browser, Error, Locator, Page, ScreencastFrame, expect, sync_playwright

from notifications.readiness.review import Permission, Step

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
WIDTH, HEIGHT = 1280, 800
PATIENCE_MS = 30_000  # until a step is given up
MOVIE = ("-vf", "fps=10,format=yuv420p", "-c:v", "libx264", "-movflags", "+faststart")  # plays everywhere


class StepFailed(Exception):
    """The text names the permission and the step, in one line."""


@dataclass(frozen=True)
class Demonstration:
    """Where it answers, and the person that reviewers sign in as."""

    base_url: str
    simulator_url: str
    username: str
    password: str


@dataclass(frozen=True)
class Walked:
    """What a permission's steps left in the folder: a picture a step, and a film where the permission is requested."""

    pictures: Sequence[Path]
    film: Path | None


@dataclass(frozen=True)
class Camera:
    """The Chromium that is filmed, the folder of what it shows, and for how long a viewer reads each step."""

    chromium: str
    folder: Path
    reading_ms: int


def walk(permissions: Sequence[Permission], demo: Demonstration, camera: Camera) -> dict[str, Walked]:
    """By name of the permission; StepFailed where a step cannot be done as it is written."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=camera.chromium, args=list(FLAGS))
        try:
            return {one.name: _walk_one(browser, one, demo, camera) for one in permissions}
        finally:
            browser.close()


def _walk_one(browser: Browser, permission: Permission, demo: Demonstration, camera: Camera) -> Walked:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    film = camera.folder / "films" / f"{permission.name}.mp4" if permission.used else None
    try:
        with _filmed(page, film, camera.reading_ms):
            pictures = list(_walked(page, permission, demo, camera))
    finally:
        context.close()
    return Walked(pictures, film)


def _walked(page: Page, permission: Permission, demo: Demonstration, camera: Camera) -> Iterator[Path]:
    with _told(f"{permission.name}: signing in"):
        _sign_in(page, demo)
    for count, step in enumerate(permission.steps, 1):
        picture = camera.folder / "pictures" / f"{permission.name}-{count}.png"
        with _told(f"{permission.name}: step {count} ({step.says})"):
            page.screencast.show_chapter(f"{count}. {step.says}", duration=camera.reading_ms)
            _do(page, step, demo)
            page.screenshot(path=picture)
            page.wait_for_timeout(camera.reading_ms)
        yield picture


def _sign_in(page: Page, demo: Demonstration) -> None:
    page.goto(demo.base_url)
    page.get_by_role("button", name="English").click()
    page.locator("input[name=login]").fill(demo.username)
    page.locator("input[name=password]").fill(demo.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path.startswith("/mensagens"))


def _do(page: Page, step: Step, demo: Demonstration) -> None:
    if step.page:
        page.goto(f"{demo.simulator_url if step.page.startswith('/sim/') else demo.base_url}{step.page}")
    for label, value in step.fills.items():
        page.get_by_label(label).first.fill(_value(value))
    if step.presses:
        _named(page, step.presses).click()
    if step.sees:
        expect(page.get_by_text(step.sees).filter(visible=True).last).to_be_visible(timeout=PATIENCE_MS)


def _named(page: Page, name: str) -> Locator:
    """The newest button or link of the page's own part that is called so."""
    main = page.get_by_role("main")
    return main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).last


def _value(value: str) -> str:
    return f"{timezone.localtime() + timedelta(days=1):%d/%m/%Y}" if value == "tomorrow" else value


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except (Error, AssertionError) as error:
        raise StepFailed(f"{where}: {str(error).strip().splitlines()[0]}") from error


@contextmanager
def _filmed(page: Page, path: Path | None, reading_ms: int) -> Iterator[None]:
    """Keeps what the page shows meanwhile as an MP4; without a path nothing is kept."""
    if path is None:
        yield
        return
    with TemporaryDirectory() as kept:
        reel = Reel(Path(kept), reading_ms)
        page.screencast.start(on_frame=reel.take, size={"width": WIDTH, "height": HEIGHT}, quality=80)
        yield
        page.screencast.stop()
        reel.develop(path)


class Reel:
    """Frames of a screencast on disk, each with its time; the last one is seen for ``last_ms``."""

    def __init__(self, folder: Path, last_ms: int) -> None:
        self.folder, self.last_ms, self.times = folder, last_ms, list[float]()

    def take(self, frame: ScreencastFrame | Mapping[str, Any]) -> None:
        self._path(len(self.times)).write_bytes(frame["data"])
        self.times.append(frame["timestamp"] / 1000)

    def develop(self, film: Path) -> None:
        """Writes the film, each frame as long as it was seen; StepFailed where ffmpeg cannot."""
        ends = [*self.times[1:], self.times[-1] + self.last_ms / 1000]
        shown = (f"file '{self._path(n)}'\nduration {ends[n] - at:.3f}" for n, at in enumerate(self.times))
        script = self.folder / "frames.txt"
        script.write_text("\n".join(shown))
        source = ("-f", "concat", "-safe", "0", "-i", str(script))
        command = [get_ffmpeg_exe(), "-v", "error", "-y", *source, *MOVIE, str(film)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StepFailed(f"{film.name}: {(done.stderr.strip() or 'ffmpeg failed').splitlines()[0]}")

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:05}.jpg"
