"""What waits for a person's word, and the word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from nbflow.remote.paging import pages
from nbflow.remote.reading import run_path

if TYPE_CHECKING:
    from nbflow.remote.connection import Connection

_CHOICES = {True: "Approve", False: "Reject"}
"""What Airflow's approval operator offers."""


@dataclass(frozen=True)
class Question:
    """An approval that a run has asked for.

    Attributes:
        stage: the stage, which is the task's id.
        subject: the question.
        answer: what was chosen, None while it waits.
        asked: when, an aware datetime.
    """

    stage: str
    subject: str
    answer: str | None
    asked: datetime


def questions(connection: Connection, dag_id: str, run_id: str) -> tuple[Question, ...]:
    """The approvals that a run has asked for so far.

    Raises:
        Refused: there is no such run.
        Unreachable: nobody answers.
    """
    doing = f"list the approvals of the run {run_id}"
    path = f"{run_path(dag_id, run_id)}/hitlDetails"
    return tuple(
        Question(
            str(one["task_instance"]["task_id"]),
            str(one["subject"]),
            ", ".join(one.get("chosen_options") or ()) or None,
            datetime.fromisoformat(one["created_at"]),
        )
        for one in pages(connection, path, key="hitl_details", doing=doing)
    )


def answer(connection: Connection, dag_id: str, run_id: str, stage: str, *, approved: bool) -> None:
    """Approve, or refuse.

    Raises:
        Refused: it was answered already, or not by this user.
        Unreachable: nobody answers.
    """
    connection.patch(
        f"{run_path(dag_id, run_id)}/taskInstances/{quote(stage, safe='')}/-1/hitlDetails",
        {"chosen_options": [_CHOICES[approved]], "params_input": {}},
        doing=f"answer {stage} of the run {run_id}",
    )
