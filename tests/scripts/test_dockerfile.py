from pathlib import Path

import pytest

from scripts.dockerfile import expanded, parse, stage_of
from scripts.run_dockerfile import Build, Stage

pytestmark = pytest.mark.unit

TEXT = """\
# FROM nowhere
FROM --platform=linux/amd64 python:3.12-slim AS base

ENV PATH=/app/bin:$PATH \\
    # between two lines
    GREETING="hello there"
RUN pip install \\
  uv==0.13.8
FROM base
"""


def test_instructions_are_whole_and_know_their_line():
    assert [(each.line, each.name, each.text) for each in parse(TEXT)] == [
        (2, "FROM", "--platform=linux/amd64 python:3.12-slim AS base"),
        (4, "ENV", 'PATH=/app/bin:$PATH GREETING="hello there"'),
        (7, "RUN", "pip install uv==0.13.8"),
        (9, "FROM", "base"),
    ]


def test_stages_are_named_by_their_from():
    first, *_, last = parse(TEXT)
    assert stage_of(first) == ("python:3.12-slim", "base")
    assert stage_of(last) == ("base", "")


def test_variables_are_those_of_before_and_empty_where_there_is_none():
    assert expanded("/app:${PATH}:$NONE", {"PATH": "/bin"}) == "/app:/bin:"


def test_environment_folder_user_and_files_are_those_of_the_instructions(tmp_path):
    (tmp_path / "root").mkdir()
    build, stage = Build(tmp_path, {"EXTRAS": "--extra cuda"}, None), Stage(tmp_path / "root")
    build.stages["other"] = None
    build._stage = stage
    text = (
        'ARG EXTRAS=""\nENV PATH=/app/bin:$PATH\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n'
        'COPY --from=other /opt /opt\nUSER trainer\nENTRYPOINT ["/boot"]\n'
    )
    assert build.run(list(parse(text))) is stage
    assert stage.arguments == {"EXTRAS": "--extra cuda"}
    assert stage.environment["PATH"].startswith("/app/bin:/usr/local/sbin:")
    assert (stage.folder, stage.user, stage.entrypoint) == ("/app", "trainer", ("/boot",))
    assert sorted(Path(stage.root, "app").iterdir()) == [
        Path(stage.root, "app", name) for name in ("pyproject.toml", "uv.lock")
    ]
    assert build.left_out == ["line 5, COPY --from=other /opt /opt: that stage is not there"]
    assert build.done == 6
