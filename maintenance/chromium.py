"""Finds a Chromium for the browser tests, or installs one. Prints its path; fails with one clear line.

Order: an installed chromium or Google Chrome, Playwright's own download, Debian's package (as root with apt), and last
a download by Playwright. A missing browser is never a silent skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """Path of a browser that is installed, or None."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    if MAC_CHROME.exists():
        return str(MAC_CHROME)
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).exists() else None


def _install() -> None:
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update"], check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], check=False, **quiet)  # type: ignore[call-overload]
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> None:
    """Print the browser's path, installing one where there is none."""
    path = find()
    if path is None:
        print("No Chromium found; installing one ...", file=sys.stderr)
        _install()
        path = find()
    if path is None:
        sys.exit(
            "The browser tests need Chromium or Google Chrome, and none could be installed. "
            "Install one (Debian: apt-get install chromium; elsewhere: playwright install chromium) and try again."
        )
    print(f"browser: {path}")


if __name__ == "__main__":
    main()
