"""Takes the pictures of the docs from what runs on this machine: `python -m scripts.pictures [FOLDER]`.

They show the newest green run of quick_test: its form, its tasks, and what the buttons of its tasks open.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import TimeoutException

from local_cloud.settings import REPOSITORY, LocalSettings
from scripts.airflow_api import AirflowApi
from scripts.airflow_pages import AirflowPages
from scripts.browser import BrowserNotInstalled, headless_chromium

FOLDER = REPOSITORY / "docs" / "pictures"
DAG = "quick_test"
WIDTH, HEIGHT = 1280, 900
COLOURS = 128
MAX_BYTES = 200_000
PATIENCE_S = 600.0
STILL_S = 0.5
# File -> task whose button opens the page, the button, and a text that is there once the page is.
OPENED = {
    "quality-report": ("check_data_quality", "Quality report", "Every critical check is met"),
    "pipeline-job": ("wait_for_pipeline", "Pipeline job", "Trainer"),
    "mlflow-run": ("cache_metrics", "MLflow run", "test_recall_at_100"),
}
# MLflow opens an assistant at a first visit.
MLFLOW_ASSISTANT_CLOSE = "[data-component-id='mlflow.assistant.chat_panel.close']"


class NoPicture(RuntimeError):
    """A picture cannot be taken; says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures; returns the process's exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _take_all(LocalSettings.from_environment(), folder)
    except (NoPicture, BrowserNotInstalled) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def small_png(screenshot: bytes, name: str) -> bytes:
    """Return a screenshot with fewer colours, which is what a page of text and tables needs.

    Raises:
        NoPicture: It is larger than the repository takes, still.
    """
    image = Image.open(io.BytesIO(screenshot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    if written.tell() > MAX_BYTES:
        raise NoPicture(
            f"{name} has {written.tell():,} bytes; make its window smaller, {MAX_BYTES:,} at most."
        )
    return written.getvalue()


def _take_all(settings: LocalSettings, folder: Path) -> None:
    api = AirflowApi(settings)
    run_id = _newest_green_run(api)
    browser = headless_chromium(WIDTH, HEIGHT)
    try:
        pages = AirflowPages(settings, browser, PATIENCE_S)
        pages.log_in()
        pages.open_trigger_form(DAG)
        _take(browser, folder, "trigger-form")
        _open(pages, f"{pages.url}/dags/{DAG}/runs/{run_id}", "cache_metrics")
        _take(browser, folder, "run")
        for name, (task, button, text) in OPENED.items():
            links = api.call("GET", f"dags/{DAG}/dagRuns/{run_id}/taskInstances/{task}/links")
            _open(pages, links["extra_links"][button], text)
            _take(browser, folder, name)
    finally:
        browser.quit()


def _newest_green_run(api: AirflowApi) -> str:
    query = {"state": "success", "order_by": "-start_date", "limit": 1}
    runs = api.call("GET", f"dags/{DAG}/dagRuns", query=query)["dag_runs"]
    if not runs:
        raise NoPicture(f"no run of {DAG} has succeeded here: make run first.")
    run_id: str = runs[0]["dag_run_id"]
    return run_id


def _open(pages: AirflowPages, url: str, text: str) -> None:
    of_mlflow = "#/experiments/" in url
    pages.browser.get(url)
    try:
        pages.wait_for_text(text)
        if of_mlflow:
            pages.element(MLFLOW_ASSISTANT_CLOSE).click()
    except TimeoutException:
        raise NoPicture(f"{url} does not say {text!r} after {PATIENCE_S:g} s; open it and look.") from None


def _take(browser: webdriver.Chrome, folder: Path, name: str) -> None:
    picture = folder / f"{name}.png"
    picture.write_bytes(small_png(_still(browser.get_screenshot_as_png), picture.name))
    print(f"{picture.relative_to(REPOSITORY) if picture.is_relative_to(REPOSITORY) else picture}")


def _still(shot: Callable[[], bytes]) -> bytes:
    """Return a screenshot that is the same as the one before it, so that nothing is still being drawn."""
    deadline = time.monotonic() + PATIENCE_S
    before, now = b"", shot()
    while now != before and time.monotonic() < deadline:
        time.sleep(STILL_S)
        before, now = now, shot()
    return now


if __name__ == "__main__":
    sys.exit(main())
