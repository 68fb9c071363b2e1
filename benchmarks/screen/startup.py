"""From the command to a first page that can be used, in a fresh process with a fresh database and a fresh browser.

    python -m benchmarks.screen.startup [rounds]

Prints seconds to the server's first answer and to a Run button that can be pressed, round by round, and their medians.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from maintenance.chromium import find
from tests.app_server import start_app
from tests.browser import steps
from tests.chromium_fixture import FLAGS


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    answered, usable = [], []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        for n in range(rounds):
            browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
            app = start_app(Path(folder) / str(n))
            answered.append(time.monotonic() - app.started_at)
            steps.open_playground(browser.new_page(), app.url)
            usable.append(time.monotonic() - app.started_at)
            print(f"round {n + 1}: answers after {answered[-1]:.2f} s, usable after {usable[-1]:.2f} s", flush=True)
            browser.close()
            app.stop()
    print(f"median: answers after {median(answered):.2f} s, usable after {median(usable):.2f} s (goal 4)")


if __name__ == "__main__":
    main()
