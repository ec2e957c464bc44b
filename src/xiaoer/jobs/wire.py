"""Jobs and promises as JSON, for the API and the command line alike."""

from datetime import datetime
from typing import Any

from xiaoer.domain.job import Job
from xiaoer.domain.promise import Promise


def promise_json(promise: Promise) -> dict[str, Any]:
    return {
        "id": promise.id,
        "kind": promise.kind.value,
        "state": promise.state.value,
        "about": promise.about,
        "conversation_id": promise.conversation_id,
        "customer_id": promise.customer_id,
        "due_at": _moment(promise.due_at),
        "made_at": _moment(promise.made_at),
        "made_by": promise.made_by,
        "put_off": promise.rounds,
        "closed_at": _moment(promise.closed_at),
        "why": promise.why,
    }


def job_json(job: Job) -> dict[str, Any]:
    """Without its payload: that is its handler's, and may be a customer's."""
    return {
        "id": job.id,
        "kind": job.kind,
        "key": job.key,
        "state": job.state.value,
        "run_at": _moment(job.run_at),
        "every_s": int(job.every.total_seconds()) if job.every else None,
        "tries": job.tries,
        "most_tries": job.most_tries,
        "lease_until": _moment(job.lease_until),
        "error": job.error,
        "made_at": _moment(job.made_at),
        "finished_at": _moment(job.finished_at),
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
