"""Airflow's pages as a person clicks through them."""

from __future__ import annotations

import json

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from local_cloud.services import PASSWORDS
from local_cloud.settings import LocalSettings


class AirflowPages:
    """The pages of this machine's Airflow in a browser, with the login that it has made.

    Args:
        settings: Where Airflow is.
        browser: What shows its pages.
        patience_s: How long an element may take to appear.
    """

    def __init__(self, settings: LocalSettings, browser: webdriver.Chrome, patience_s: float) -> None:
        self.url = settings.url("airflow")
        self.browser = browser
        self.patience_s = patience_s
        logins = json.loads((settings.home / "airflow" / PASSWORDS).read_text())
        self.user, self.password = next(iter(logins.items()))

    def element(self, selector: str) -> WebElement:
        """Return the first element of a CSS selector as soon as there is one."""
        return self._wait().until(lambda chrome: chrome.find_element(By.CSS_SELECTOR, selector))

    def wait_for_text(self, text: str) -> None:
        """Wait until a text stands somewhere in the page."""
        self._wait().until(lambda chrome: text in chrome.page_source)

    def log_in(self) -> None:
        """Fill in the login that standalone Airflow has made."""
        self.browser.get(self.url)
        self.element("input[name=username]").send_keys(self.user)
        self.element("input[name=password]").send_keys(self.password)
        self.element("button[type=submit]").click()
        self._wait().until(lambda chrome: "/auth/login" not in chrome.current_url)

    def open_trigger_form(self, dag_id: str) -> None:
        """Open the form of a DAG's run, with the parameters of an experiment."""
        self.browser.get(f"{self.url}/dags/{dag_id}")
        self.element("[data-testid=trigger-dag-button]").click()
        self.element("[name=element_learning_rate]")

    def choose(self, parameter: str, value: str) -> None:
        """Choose a value of a parameter that has a list of them."""
        hidden = self.element(f"[name=element_{parameter}]")
        box = hidden.find_element(By.XPATH, "..").find_element(By.CSS_SELECTOR, "input[type=text]")
        box.send_keys(value, Keys.ENTER)

    def fill_in(self, parameter: str, value: str) -> None:
        """Write a value into a parameter's field."""
        self.element(f"[name=element_{parameter}]").send_keys(value, Keys.TAB)

    def press_trigger(self) -> None:
        """Press the form's own button; the page has one of the same name before it."""
        buttons = self.browser.find_elements(By.TAG_NAME, "button")
        [button for button in buttons if button.text.strip() == "Trigger"][-1].click()

    def _wait(self) -> WebDriverWait[webdriver.Chrome]:
        return WebDriverWait(self.browser, self.patience_s)
