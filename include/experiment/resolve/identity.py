"""Names that are derived from content: experiment ids, pipeline names, hashes."""

import hashlib
import re

_MAX_EXPERIMENT_ID = 120  # leaves room for the `-2`, `-3` … of resubmitted jobs within Vertex's 128
_MODEL_ID = re.compile(r"[a-z_][a-z0-9_-]{0,62}")


def content_hash(*parts: str) -> str:
    """Return the SHA-256 of `parts`, in hex; where one part ends and the next begins matters."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def experiment_id(dag_id: str, run_id: str) -> str:
    """Return the id of an experiment: readable, valid as a Vertex job id, one per DAG run.

    The suffix is a hash of both ids, since different ids can read alike once they are made valid.
    """
    suffix = content_hash(dag_id, run_id)[:10]
    slug = _slug(f"{dag_id}-{run_id}")
    if not slug[:1].isalpha():
        slug = f"run-{slug}".strip("-")
    return f"{slug[: _MAX_EXPERIMENT_ID - len(suffix) - 1].rstrip('-')}-{suffix}"


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
