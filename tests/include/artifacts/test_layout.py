import pytest

from include.artifacts.artifact import NoSuchArtifact, Part
from include.artifacts.experiment import ExperimentFolder
from include.artifacts.layout import KINDS, ArtifactLayout
from include.artifacts.pipeline import PipelineArtifacts
from include.artifacts.sweep import SweepFolder
from include.experiment.resolve import identity
from include.experiment.resolve.identity import content_hash, experiment_id, short_hash, topology_key
from include.retention.names import KINDS as CLEANED
from include.retention.names import item_of

pytestmark = pytest.mark.unit

ROOT = "gs://bucket/prefix"
LAYOUT = ArtifactLayout(ROOT)
RUN = experiment_id("retraining_weekly", "scheduled__2026-01-05T05:00:00+00:00")
ODD_RUN = experiment_id("7_DAGs.in/Ünicode", "manual__" + "x" * 300)
TABLE = identity.staged_table(content_hash("SELECT 1"))
FULL_TABLE = f"local.recsflow_staging.{TABLE}"
# One of each kind, with the names that runs give it, and a few that are at the edge of what they give.
MADE = [
    LAYOUT.experiment(RUN),
    LAYOUT.experiment(ODD_RUN),
    LAYOUT.experiment(experiment_id(RUN, "trial-3")),
    LAYOUT.card(RUN),
    LAYOUT.card(ODD_RUN),
    LAYOUT.rows(FULL_TABLE),
    LAYOUT.module(short_hash("x = 1\n")),
    LAYOUT.compiled(topology_key("{}\n")),
    LAYOUT.sweep(RUN),
    LAYOUT.winner("history"),
    LAYOUT.backtest_report("weekly"),
    LAYOUT.run_number("retraining_weekly", 12),
    LAYOUT.backtest_report("weekly_backtest"),
    LAYOUT.doctors_probe("0123456789abcdef0123456789abcdef"),
    *(PipelineArtifacts(ROOT, "12345", identity.pipeline_job_id(RUN, attempt)) for attempt in (1, 2, 17)),
]


def uris(artifact):
    """Each URI of an artifact: of its parts, or of something in the folder that it is."""
    yield from (getattr(artifact, name) for name, part in vars(type(artifact)).items() if type(part) is Part)
    if not any(part for part in artifact.parts if not part.ending.startswith("/")):
        yield from (artifact.uri, f"{artifact.uri}/anything/0.json")
    if isinstance(artifact, SweepFolder):
        yield artifact.trial(0)


def test_the_kinds_below_are_all():
    assert {type(artifact) for artifact in MADE} == set(KINDS)


@pytest.mark.parametrize("artifact", MADE, ids=lambda artifact: artifact.name[:40])
def test_what_is_written_is_parsed_back(artifact):
    written = list(uris(artifact))
    assert written
    for uri in written:
        assert uri.startswith(f"{ROOT}/")
        assert LAYOUT.parse(uri.removeprefix(f"{ROOT}/")) == artifact
        assert type(artifact).holding(uri) == artifact


def test_no_two_artifacts_share_a_path():
    paths = [uri for artifact in MADE for uri in uris(artifact)]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("artifact", MADE, ids=lambda artifact: artifact.name[:40])
def test_a_path_is_of_one_kind_alone(artifact):
    for uri in uris(artifact):
        path = uri.removeprefix(f"{ROOT}/")
        assert [kind for kind in KINDS if kind.parse(ROOT, path)] == [type(artifact)]


def test_paths_are_where_runs_of_earlier_versions_left_them():
    experiment, sweep = LAYOUT.experiment("quick-1"), LAYOUT.sweep("sweep-1")
    folder = f"{ROOT}/experiments/quick-1"
    assert {part.name: getattr(experiment, name) for name, part in declared(ExperimentFolder)} == {
        name: f"{folder}/{name}"
        for name in (
            *("experiment.json", "query.sql", "row_account.json", "quality.json", "quality.html"),
            *("transform_module.py", "trainer_module.py", "training_metrics.json", "model", "scores.json"),
            "spending.json",
        )
    }
    assert {part.name: getattr(sweep, name) for name, part in declared(SweepFolder)} == {
        name: f"{ROOT}/sweeps/sweep-1/{name}"
        for name in (
            *("sweep.json", "trials", "trials.txt", "best.json", "best_schedule.yaml"),
            *("history.png", "importance.png"),
        )
    }
    assert sweep.trial(7) == f"{ROOT}/sweeps/sweep-1/trials/7.json"
    assert LAYOUT.rows("p.d.rows_1").marker == f"{ROOT}/rows/rows_1/_SUCCESS"
    assert LAYOUT.module("abc").source("trainer_module") == f"{ROOT}/modules/abc/trainer_module.py"
    compiled = LAYOUT.compiled("k")
    assert (compiled.spec, compiled.topology, compiled.built) == (
        f"{ROOT}/compiled/k.json",
        f"{ROOT}/compiled/k.topology.json",
        f"{ROOT}/compiled/k.built.json",
    )
    assert LAYOUT.card("quick-1").card == f"{ROOT}/cards/quick-1.json"
    assert LAYOUT.winner("history").winner == f"{ROOT}/sweeps/winners/history.json"
    assert LAYOUT.backtest_report("weekly").page == f"{ROOT}/holdouts/weekly.html"
    assert LAYOUT.pipeline_root == f"{ROOT}/pipeline_root"


def declared(kind):
    return [(name, part) for name, part in vars(kind).items() if isinstance(part, Part)]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "experiments",
        "experiments/",
        "experiments/keep-this/notes.txt",
        f"experiments/{RUN}-old/experiment.json",
        f"my/experiments/{RUN}/experiment.json",
        f"/experiments/{RUN}/experiment.json",
        f"rows/{TABLE}_backup/train/rows.parquet",
        "rows/rows_of_mine/train.parquet",
        "modules/shared/trainer_module.py",
        "modules/0123456789AB/trainer_module.py",
        "compiled/0123456789abcdef0123",
        "compiled/0123456789abcdef0123.yaml",
        "compiled/0123456789abcdef0123.json.orig",
        "compiled/0123456789abcdef0123.json\n",
        "compiled/0123456789abcdef0123.json/x",
        "compiled/old/0123456789abcdef0123.json",
        "sweeps/winners",
        "sweeps/winners/history.yaml",
        "sweeps/winners/old/history.json",
        "holdouts/weekly.png",
        "doctor/notes.txt",
        f"pipeline_root/{RUN}/x",
        f"pipeline_root/local/{RUN}-copy/x",
        "models/0123456789ab",
    ],
)
def test_what_no_run_makes_is_nobodys(path):
    assert LAYOUT.parse(path) is None
    assert item_of(path) is None


def test_a_renamed_folder_is_renamed_for_the_cleaner_too():
    # A kind is cleaned up by the declaration that writes it, so each is here or kept on purpose.
    kept = {kind.__name__ for kind in KINDS if kind not in CLEANED}
    assert kept == {"KeptWinner", "BacktestReport", "DoctorsProbe", "RunNumber"}
    for artifact in MADE:
        for uri in uris(artifact):
            item = item_of(uri.removeprefix(f"{ROOT}/"))
            # A card goes with the folder of its experiment.
            name = artifact.name.replace("cards/", "experiments/")
            assert item == ((CLEANED[type(artifact)], name) if type(artifact) in CLEANED else None)


@pytest.mark.parametrize("root", ["file:///home/me/experiments/artifacts", "gs://bucket", "/plain/folder"])
def test_a_file_that_was_handed_on_tells_its_experiment_and_root(root):
    assert ExperimentFolder.holding(f"{root}/experiments/first/query.sql") == ExperimentFolder(root, "first")


def test_a_file_of_no_experiment_is_named():
    with pytest.raises(NoSuchArtifact, match=r"received 'gs://b/rows/x/query.sql'; use one below exp"):
        ExperimentFolder.holding("gs://b/rows/x/query.sql")
