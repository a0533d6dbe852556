"""What an on-call engineer gets where a run fails: one mail from a real SMTP client."""

import email
import json
import logging
import socket
from email.header import decode_header, make_header

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

from include.errors import RecsflowError
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
TITLE = "retraining_weekly #12 · fast · basic"
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

    def fail(notifiers, map_index=-1, *, asked_in_vain=False, **others):
        ti.map_index = map_index
        states = {"wait_for_pipeline": "failed", **others}

        def breadcrumbs(dag_id, run_id):
            if asked_in_vain:
                raise RuntimeError("GetTaskBreadcrumbs is no request of this process")
            return [{"task_id": name, "state": state} for name, state in states.items()]

        ti.get_task_breadcrumbs = breadcrumbs
        monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps({**settings_values, "notifiers": notifiers}))
        with DAG("retraining_weekly", schedule=None) as dag:
            EmptyOperator(task_id="resolve_experiment")
        ti.xcom_pull = lambda task_ids, key: TITLE if task_ids == "resolve_experiment" else None
        notify_failure({**context, "dag": dag, "exception": RecsflowError(FAILURE)})

    return fail


def test_a_mail_names_experiment_component_and_cause(failed, mailbox):
    failed([MAIL], stage_dataset="success")
    (message,) = mailbox.messages
    assert message["To"] == "oncall@shop.example"
    subject = str(make_header(decode_header(message["Subject"])))
    assert subject == f"recsflow: {TITLE} failed at Trainer (wait_for_pipeline)"
    (part,) = (part for part in message.walk() if not part.is_multipart())
    text = part.get_payload(decode=True).decode()
    assert "experiment  retraining-weekly-manual-1-" in text
    assert "DAG run     retraining_weekly, manual__1" in text
    assert "log         http://airflow/log" in text
    # What an error says is text, not a template and not HTML.
    assert "ValueError: {{ 7 * 7 }} is no &lt;price&gt;" in text


def test_lost_worker_is_told_of_by_a_process_that_cannot_ask_for_other_tasks(failed, mailbox):
    failed([MAIL], asked_in_vain=True)
    assert len(mailbox.messages) == 1


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
