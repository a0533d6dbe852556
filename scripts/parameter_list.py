"""Writes the list of run parameters from what the DAGs' forms declare.

Usage: parameter_list.py [--check] [FILE]

With --check nothing is written; exit status 1 where the file is not what the forms say.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import Param

from include.experiment.config.form_fields import FIRST, form_fields
from include.experiment.config.optimizers import OPTIMIZERS
from include.experiment.config.run_parameters import RunParameters
from include.sweep.form import SweepForm
from recsflow.forms.clean_up import clean_up_params
from recsflow.forms.experiment import experiment_params
from recsflow.forms.overfit_check import overfit_check_params
from recsflow.forms.rerun import rerun_params
from recsflow.forms.sweep import SHARED, sweep_params

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "run-parameters.md"
COMMAND = "make parameter-list"

# Whoever adds a config gets another dropdown, and no other document.
_CONFIGS = {
    name: field.configs
    for name, field in {**form_fields(RunParameters), **form_fields(SweepForm)}.items()
    if field.configs
}
_TYPES = {"string": "text", "object": "a JSON object", "boolean": "true or false"}
_BOUNDS = {
    "minimum": "from {:,}",
    "exclusiveMinimum": "over {:,}",
    "maximum": "up to {:,}",
    "exclusiveMaximum": "below {:,}",
    "multipleOf": "a multiple of {:,}",
    "maxLength": "at most {:,} characters",
}
_INTRODUCTION = f"""# Run parameters

What the form of each DAG asks, and `PARAMS` of `make` and `--conf` of `airflow dags trigger` take as JSON.
Where the default is empty, the help says what an empty field means. `{COMMAND}` makes this file
from the forms.
"""
_EXPERIMENT = """## `quick_test` and every `retraining_<name>`

A schedule's run has the values of its file in `include/configs/schedules` as defaults. Fields of a model
config that are not listed here go into `model_options`;
[`include/configs/README.md`](../include/configs/README.md) explains them.
"""
_OPTIMIZERS = """## Optimizers

What `optimizer` names, here and in a model config: the options that each takes, and the rates that suit it.

| name | options | with many dense layers | otherwise |
|---|---|---|---|"""


def document() -> str:
    """Return the list as Markdown."""
    experiment = experiment_params()
    overfit, sweep = overfit_check_params(), sweep_params()
    own = {name: param for name, param in sweep.items() if param.schema["section"] != SHARED}
    differing = {
        name: param
        for name, param in overfit.items()
        if _row(name, param) != _row(name, experiment.get(name))
    }
    missing = _names(name for name in experiment if name not in overfit)
    rerun = rerun_params()
    changes = [name for name in rerun if name in experiment]
    parts = [
        _INTRODUCTION,
        _EXPERIMENT,
        *_by_section(experiment),
        f"## `overfit_check`\n\nThose of `quick_test` without {missing}, and:\n",
        _table(differing),
        "## `trainer_rerun`\n",
        _table({name: param for name, param in rerun.items() if name not in changes}),
        f"Of those of `quick_test` it takes {_names(changes)}; empty is as in that experiment.\n",
        "## `sweep`\n",
        _table(own),
        "It takes all those of `quick_test` too, shared by all trials; empty is as the sweep says.\n",
        "## `clean_up`\n",
        _table(clean_up_params()),
        _OPTIMIZERS,
        *_optimizers(),
        "",
    ]
    return "\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks the list; returns the process's exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    parser.add_argument("file", nargs="?", type=Path, default=DOCUMENT)
    options, text = parser.parse_args(arguments), document()
    if not options.check:
        options.file.write_text(text)
    elif not options.file.exists() or options.file.read_text() != text:
        print(f"{options.file} is not what the forms say: run `{COMMAND}` and commit it.", file=sys.stderr)
        return 1
    return 0


def _by_section(params: Mapping[str, Param]) -> Iterator[str]:
    sections = dict.fromkeys(param.schema["section"] for param in params.values())
    for section in sections:
        title = "Shown first" if section == FIRST else section
        of_section = {name: param for name, param in params.items() if param.schema["section"] == section}
        yield f"### {title}\n\n{_table(of_section)}"


def _optimizers() -> Iterator[str]:
    for name, optimizer in OPTIMIZERS.items():
        options = (
            f"`{each}` ({'true or false' if option.is_flag else option.bounds})"
            for each, option in optimizer.options.items()
        )
        rates = (optimizer.recommended_when_deep, optimizer.recommended or "no rule")
        yield f"| {' | '.join((f'`{name}`', ', '.join(options), *rates))} |"


def _table(params: Mapping[str, Param]) -> str:
    rows = [_row(name, param) for name, param in params.items()]
    return "\n".join(["| name | values | default | help |", "|---|---|---|---|", *rows, ""])


def _row(name: str, param: Param | None) -> str:
    if param is None:
        return ""
    default = "empty" if param.value is None else f"`{str(param.value).lower()}`"
    cells = (f"`{name}`", _values(name, param.schema), default, str(param.description))
    return f"| {' | '.join(cell.replace('|', '\\|') for cell in cells)} |"


def _values(name: str, schema: Mapping[str, Any]) -> str:
    if name in _CONFIGS:
        return f"a file of `include/configs/{_CONFIGS[name]}`"
    if "enum" in schema:
        return _names(value for value in schema["enum"] if value is not None)
    types: list[str] = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kinds = [_TYPES.get(kind, kind) for kind in types if kind != "null"]
    bounds = [text.format(schema[bound]) for bound, text in _BOUNDS.items() if bound in schema]
    return ", ".join([" or ".join(kinds), *bounds])


def _names(values: Iterable[Any]) -> str:
    return ", ".join(f"`{value}`" for value in values)


if __name__ == "__main__":
    sys.exit(main())
