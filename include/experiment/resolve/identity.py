"""Names that are derived from content, each with the regular expression by which it is known again."""

import hashlib
import re

_MAX_EXPERIMENT_ID = 120  # leaves room for the `-2`, `-3` … of resubmitted jobs within Vertex's 128
_SUFFIX_LENGTH, _HASH_LENGTH, _KEY_LENGTH = 10, 12, 20
_TABLE_PREFIX = "rows_"

EXPERIMENT_ID = rf"[a-z][a-z0-9-]*-[0-9a-f]{{{_SUFFIX_LENGTH}}}"
PIPELINE_JOB_ID = rf"{EXPERIMENT_ID}(?:-\d+)?"
SHORT_HASH = rf"[0-9a-f]{{{_HASH_LENGTH}}}"
STAGED_TABLE = f"{_TABLE_PREFIX}{SHORT_HASH}"
TOPOLOGY_KEY = rf"[0-9a-f]{{{_KEY_LENGTH}}}"
_MODEL_ID = re.compile(r"[a-z_][a-z0-9_-]{0,62}")


def content_hash(*parts: str) -> str:
    """Return the SHA-256 of `parts`, in hex; where one part ends and the next begins matters."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def short_hash(text: str) -> str:
    """Return the hash of a text that names what is made of it, such as a generated module's folder."""
    return content_hash(text)[:_HASH_LENGTH]


def staged_table(fingerprint: str) -> str:
    """Return the name of the table that has the rows of a fingerprint, without its dataset."""
    return f"{_TABLE_PREFIX}{fingerprint[:_HASH_LENGTH]}"


def topology_key(text: str) -> str:
    """Return the key of a pipeline's topology, of which `text` says everything."""
    return hashlib.sha256(text.encode()).hexdigest()[:_KEY_LENGTH]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def experiment_id(dag_id: str, run_id: str) -> str:
    """Return the id of an experiment: readable, valid as a Vertex job id, one per DAG run.

    The suffix is a hash of both ids, since different ids can read alike once they are made valid.
    """
    suffix = content_hash(dag_id, run_id)[:_SUFFIX_LENGTH]
    slug = _slug(f"{dag_id}-{run_id}")
    if not slug[:1].isalpha():
        slug = f"run-{slug}".strip("-")
    return f"{slug[: _MAX_EXPERIMENT_ID - len(suffix) - 1].rstrip('-')}-{suffix}"


def run_title(dag_id: str, number: int | None, *parts: str) -> str:
    """Return what people call a run: `quick_test #12 · fast · basic`.

    Args:
        dag_id: Id of the DAG.
        number: The run's number among those of its DAG; None of a run that is only planned.
        *parts: What tells it from others: the model, the features.
    """
    return " · ".join([dag_id if number is None else f"{dag_id} #{number}", *parts])


def pipeline_job_id(experiment_id: str, attempt: int) -> str:
    """Return the id of an experiment's pipeline job, counted from 1."""
    return experiment_id if attempt == 1 else f"{experiment_id}-{attempt}"


def pipeline_name(dataset: str, features: str) -> str:
    """Return the pipeline's name, stable per dataset and feature config; Vertex takes no underscores."""
    return _slug(f"{dataset}-{features}")


def model_id(dag_id: str) -> str:
    """Return the id of a DAG's model in Vertex AI's Model Registry: the DAG's own where it may be that.

    Another one has a hash at its end, since different ids can read alike once they are made valid.
    """
    if _MODEL_ID.fullmatch(dag_id):
        return dag_id
    return f"model-{_slug(dag_id)[:46].strip('-')}-{content_hash(dag_id)[:10]}"
