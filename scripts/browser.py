"""Headless Chromium, driven by Selenium."""

from __future__ import annotations

import shutil

from selenium import webdriver

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
NOT_INSTALLED = "chromium and chromedriver are not installed (apt-get install chromium chromium-driver)"


class BrowserNotInstalled(RuntimeError):
    """Chromium or its driver is not on PATH."""


def headless_chromium(width: int, height: int) -> webdriver.Chrome:
    """Start a browser with a window of so many pixels; the caller quits it.

    Raises:
        BrowserNotInstalled: There is none on this machine.
    """
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        raise BrowserNotInstalled(NOT_INSTALLED)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*_FLAGS, f"--window-size={width},{height}"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
