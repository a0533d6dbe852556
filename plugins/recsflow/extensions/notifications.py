"""One message where a run fails: which experiment, which component, and why.

Whoever wants messages names Airflow notifiers in the Variable `recsflow`; their arguments are templates that
know `subject`, `message` and the task's context:

    "notifiers": [{"notifier": "airflow.providers.smtp.notifications.smtp.SmtpNotifier",
                   "arguments": {"to": "ml@example.com", "from_email": "airflow@example.com",
                                 "subject": "{{ subject }}", "html_content": "<pre>{{ message | e }}</pre>"}}]
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from recsflow.extensions.telling import words_of
from recsflow.log import say
from recsflow.run_notes.keys import TITLE_KEY

if TYPE_CHECKING:
    from airflow.sdk import Context

    from recsflow.settings import NotifierSettings

_COMPONENT = re.compile(r"component (\w+) failed")
_FAILED = "failed"


def notify_failure(context: Context) -> None:
    """Send the message of a failure, if somebody wants it and it is the run's first one.

    A message that cannot be sent is a line of the log; it must not hide the failure that it is about.
    """
    from recsflow.errors import SettingsError
    from recsflow.settings import load_settings

    ti: Any = context["ti"]
    try:
        notifiers = load_settings().notifiers
    except SettingsError:
        return  # which is what the task has failed with
    try:
        if not notifiers or not _is_first(context):
            return
        message: Any = {**context, "subject": _subject(context), "message": _message(context)}
        for notifier in notifiers:
            _send(notifier, message)
    except Exception as error:
        say(ti.task_id, f"NOT NOTIFIED: {error}", logging.ERROR)


def _is_first(context: Context) -> bool:
    """Whether no other task of the run has failed; a failed trial is its sweep's to tell of."""
    ti: Any = context["ti"]
    if ti.map_index is not None and ti.map_index >= 0:
        return False
    try:
        crumbs = ti.get_task_breadcrumbs(ti.dag_id, ti.run_id)
    except Exception:
        return True  # the DAG processor, which tells of lost workers, cannot ask
    return not any(crumb["state"] == _FAILED and crumb["task_id"] != ti.task_id for crumb in crumbs)


def _send(notifier: NotifierSettings, context: Any) -> None:
    from airflow.sdk.module_loading import import_string  # type: ignore[attr-defined]

    made = import_string(notifier.notifier)(**notifier.arguments)
    # Not by calling the notifier, which would keep an error to itself.
    made.render_template_fields(context)
    made.notify(context)
    say(context["ti"].task_id, f"notified by {notifier.notifier.rpartition('.')[2]}")


def _subject(context: Context) -> str:
    return f"recsflow: {_title(context)} failed at {_component(context)}"


def _title(context: Context) -> str:
    """Return what people call the run; the DAG's id where no task has said it."""
    ti: Any = context["ti"]
    first = [task.task_id for task in context["dag"].roots]
    said = [ti.xcom_pull(task_ids=task_id, key=TITLE_KEY) for task_id in first]
    return next((str(title) for title in said if title), str(ti.dag_id))


def _message(context: Context) -> str:
    from include.experiment.resolve.identity import experiment_id

    ti: Any = context["ti"]
    lines = {
        "run": _title(context),
        "experiment": experiment_id(ti.dag_id, ti.run_id),
        "DAG run": f"{ti.dag_id}, {ti.run_id}",
        "component": _component(context),
        "log": ti.log_url,
    }
    text = "\n".join(f"{name:<12}{value}" for name, value in lines.items())
    return f"{text}\n\n{words_of(context.get('exception'), context.get('task'))}"


def _component(context: Context) -> str:
    """Return the component that failed inside a job, else the task."""
    found = _COMPONENT.search(str(context.get("exception")))
    task_id = str(context["ti"].task_id)
    return f"{found[1]} ({task_id})" if found else task_id
