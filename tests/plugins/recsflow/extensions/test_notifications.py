"""What an on-call engineer gets where a run fails: one mail from a real SMTP client."""

import email
import json
import logging
import socket

import pytest

from recsflow.extensions.notifications import notify_failure

pytestmark = pytest.mark.emulator

MAIL = {
    "notifier": "airflow.providers.smtp.notifications.smtp.SmtpNotifier",
    "arguments": {
        "to": "oncall@shop.example",
        "from_email": "airflow@shop.example",
        "subject": "{{ subject }}",
        "html_content": "<pre>{{ message | e }}</pre>",
    },
}
FAILURE = "component Trainer failed:\nValueError: {{ 7 * 7 }} is no <price>"


class Mailbox:
    """Keeps what it is sent."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(email.message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox(monkeypatch):
    from aiosmtpd.controller import Controller

    mailbox = Mailbox()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    extra = {"disable_ssl": True, "disable_tls": True}
    connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(connection))
    yield mailbox
    controller.stop()


@pytest.fixture
def failed(context, settings_values, monkeypatch):
    """A task that fails; called with the notifiers of the settings and other tasks' states."""
    ti = context["ti"]
    ti.task_id, ti.dag_id, ti.run_id, ti.map_index = "wait_for_pipeline", "retraining_weekly", "manual__1", -1
    ti.log_url = "http://airflow/log"

    def fail(notifiers, map_index=-1, **others):
        ti.map_index = map_index
        states = {"wait_for_pipeline": "failed", **others}
        ti.get_task_breadcrumbs = lambda dag_id, run_id: [
            {"task_id": name, "state": state} for name, state in states.items()
        ]
        monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps({**settings_values, "notifiers": notifiers}))
        notify_failure({**context, "exception": RuntimeError(FAILURE)})

    return fail


def test_a_mail_names_experiment_component_and_cause(failed, mailbox):
    failed([MAIL], stage_dataset="success")
    (message,) = mailbox.messages
    assert message["To"] == "oncall@shop.example"
    assert message["Subject"] == "recsflow: retraining_weekly failed at Trainer (wait_for_pipeline)"
    (part,) = (part for part in message.walk() if not part.is_multipart())
    text = part.get_payload(decode=True).decode()
    assert "experiment  retraining-weekly-manual-1-" in text
    assert "DAG run     retraining_weekly, manual__1" in text
    assert "log         http://airflow/log" in text
    # What an error says is text, not a template and not HTML.
    assert "ValueError: {{ 7 * 7 }} is no &lt;price&gt;" in text


def test_one_failure_is_one_mail(failed, mailbox):
    failed([MAIL], cache_metrics="failed")
    failed([MAIL], map_index=3)
    assert mailbox.messages == []


def test_nobody_is_told_unless_asked_for(failed, mailbox):
    failed([])
    assert mailbox.messages == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"notifier": "airflow.providers.smtp.Nobody"}, "NOT NOTIFIED: Module"),
        ({"arguments": {"recipient": "x"}}, "NOT NOTIFIED: "),
    ],
)
def test_a_mail_that_cannot_be_sent_is_told_of_and_hides_nothing(failed, mailbox, caplog, change, said):
    caplog.set_level(logging.ERROR)
    failed([{**MAIL, **change}])
    assert said in caplog.text
    assert mailbox.messages == []
