"""Makes the pictures in docs/ anew: the real app, the real browser, a database of its own."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from maintenance.chromium import find  # noqa: E402
from tests.app_server import start_app  # noqa: E402
from tests.browser import steps  # noqa: E402
from tests.browser.conftest import DESKTOP, PHONE  # noqa: E402
from tests.chromium_fixture import FLAGS  # noqa: E402

DOCS = ROOT / "docs"


def settled(page: Page) -> None:
    """Wait until nothing moves any more."""
    steps.wait_until_votable(page)
    expect(steps.answer(page, "A")).to_contain_text("done")
    page.wait_for_timeout(800)


def main() -> None:
    """Write every picture."""
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = start_app(Path(folder), sim_speed="1")
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        try:
            for name, size, scheme in (
                ("playground", DESKTOP, "light"),
                ("playground-dark", DESKTOP, "dark"),
                ("playground-phone", PHONE, "light"),
            ):
                context = browser.new_context(viewport=size, color_scheme=scheme)
                page = context.new_page()
                steps.open_playground(page, app.url)
                steps.press_run(page)
                settled(page)
                page.screenshot(path=DOCS / f"{name}.png")
                context.close()
        finally:
            browser.close()
            app.stop()


if __name__ == "__main__":
    main()
