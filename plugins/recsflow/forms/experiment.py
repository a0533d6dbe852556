"""The form that Airflow shows before a run: dropdowns, ranges and help.

An empty field means 'as the config says', so that a run states only what it changes.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param

from include.configs import list_configs
from include.experiment.config.choices import MAX_NOTES

# Airflow shows its own first section open and every other one closed: what most runs change is in it.
FIRST, ROWS, TRAINING, OTHER = "Run Parameters", "Rows", "Training", "Other"
OPTIMIZERS = ["adagrad", "adam", "adamw", "sgd", "rmsprop", "ftrl"]
SPLIT_STRATEGIES = ["random", "time_holdout", "strict_time", "custom"]
ACCELERATORS = ["cpu", "NVIDIA_TESLA_T4", "NVIDIA_L4", "NVIDIA_TESLA_A100"]


def experiment_params(
    *,
    dataset: str = "complete_journey",
    features: str = "assortment",
    model: str = "history",
    sample_percent: int = 25,
) -> dict[str, Param]:
    """Return the params of an experiment, with these defaults."""
    return {
        **_configs(dataset, features, model),
        **_rows(sample_percent),
        **_training(),
        **_other(),
    }


def overfit_check_params() -> dict[str, Param]:
    """Return the params of an overfit check: an experiment's, but for those that it has no use of."""
    params = {
        name: param for name, param in experiment_params(sample_percent=5).items() if name != "batch_size"
    }
    return {
        **params,
        "overfit_rows": Param(
            32,
            type="integer",
            minimum=8,
            maximum=1024,
            title="Rows",
            description="Rows or graphs of the train split that the model is to learn by heart, 8 to 1024.",
            section=FIRST,
        ),
        "epochs": Param(
            500,
            type="integer",
            minimum=10,
            maximum=1000,
            multipleOf=10,
            title="Epochs",
            description="Passes over these rows, each of one step; a multiple of 10, up to 1000.",
            section=FIRST,
        ),
        "learning_rate_factor": Param(
            3,
            type="number",
            exclusiveMinimum=0,
            maximum=1000,
            title="Learning rate factor",
            description="The learning rate, the config's or the one above, is multiplied by this.",
            section=FIRST,
        ),
    }


def _configs(dataset: str, features: str, model: str) -> dict[str, Param]:
    return {
        "dataset": _choice(
            FIRST, dataset, list_configs("datasets"), "Dataset", "Which rows: a file in datasets."
        ),
        "features": _choice(
            FIRST, features, list_configs("features"), "Features", "What each tower sees: a file in features."
        ),
        "model": _choice(
            FIRST, model, list_configs("models"), "Model", "Layers and optimizer: a file in models."
        ),
    }


def _rows(sample_percent: int) -> dict[str, Param]:
    return {
        "sample_percent": Param(
            sample_percent,
            type="integer",
            enum=[5, 10, 25, 100],
            title="Sample, percent",
            description="Share of the train and eval rows. The test rows are always all of them.",
            section=FIRST,
        ),
        "sample_unit": _choice(
            ROWS,
            "row",
            ["row", "customer"],
            "Sample unit",
            "Keep single rows, or customers with all their rows; a graph model always takes customers.",
        ),
        "split_strategy": _optional_choice(
            ROWS,
            SPLIT_STRATEGIES,
            "Split strategy",
            "random: by hash. time_holdout: the last days are test. strict_time: train, eval and test follow "
            "each other in time. custom: by the two ratios.",
        ),
        "train_ratio": _optional_number(
            ROWS,
            "Train ratio",
            "Share of train rows, between 0 and 1.",
            exclusiveMinimum=0,
            exclusiveMaximum=1,
        ),
        "eval_ratio": _optional_number(
            ROWS,
            "Eval ratio",
            "Share of eval rows, from 0 to below 1; for custom. 0: train and test are all there is, and 2 % "
            "of the train rows are held back for eval.",
            minimum=0,
            exclusiveMaximum=1,
        ),
        "holdout_days": _optional_integer(ROWS, "Holdout, days", "Length of the test split.", 1, 3650),
        "date_column": Param(
            None,
            type=["null", "string"],
            title="Date column",
            description="Split by this column instead of the dataset's date column.",
            section=ROWS,
        ),
        "source_as_of": Param(
            None,
            type=["null", "string"],
            title="Source as of",
            description="Read all tables as they were at a past moment, as 2026-11-27T03:00:00Z, so that "
            "the run can be repeated; BigQuery keeps seven days by default. Empty: as they are.",
            section=ROWS,
        ),
    }


def _training() -> dict[str, Param]:
    return {
        "epochs": _optional_integer(FIRST, "Epochs", "Passes over the train rows, 1 to 1000.", 1, 1000),
        "batch_size": _optional_integer(TRAINING, "Batch size", "Rows a step, 2 to 1,048,576.", 2, 1_048_576),
        "learning_rate": _optional_number(
            FIRST,
            "Learning rate",
            "Over 0, up to 10. From 0.1 with three or more dense layers gradients often collapse.",
            exclusiveMinimum=0,
            maximum=10,
        ),
        "optimizer": _optional_choice(TRAINING, OPTIMIZERS, "Optimizer", "Replaces the model's optimizer."),
        "optimizer_options": Param(
            None,
            type=["null", "object"],
            title="Optimizer options",
            description='JSON, for example {"initial_accumulator_value": 0.1}.',
            section=TRAINING,
        ),
        "model_options": Param(
            None,
            type=["null", "object"],
            title="Model options",
            description='Other fields of the model config, JSON, for example {"embedding_dim": 64}.',
            section=TRAINING,
        ),
        "seed": Param(
            42,
            type="integer",
            minimum=0,
            maximum=2**31 - 1,
            title="Seed",
            description="The same seed and rows give the same start of training.",
            section=TRAINING,
        ),
    }


def _other() -> dict[str, Param]:
    return {
        "accelerator": _choice(
            OTHER,
            "cpu",
            ACCELERATORS,
            "Accelerator",
            "Hardware of the Trainer: on Vertex AI one of these; the local pipeline server takes cpu only.",
        ),
        "notes": Param(
            None,
            type=["null", "string"],
            format="multiline",
            maxLength=MAX_NOTES,
            title="Notes",
            description="Why this run; kept with its record in MLflow.",
            section=OTHER,
        ),
    }


def _choice(section: str, default: str, choices: list[str], title: str, description: str) -> Param:
    return Param(default, type="string", enum=choices, title=title, description=description, section=section)


def _optional_choice(section: str, choices: list[str], title: str, description: str) -> Param:
    help_text = f"{description} Empty: as the config says."
    return Param(
        None,
        type=["null", "string"],
        enum=[None, *choices],
        title=title,
        description=help_text,
        section=section,
    )


def _optional_integer(section: str, title: str, description: str, minimum: int, maximum: int) -> Param:
    return Param(
        None,
        type=["null", "integer"],
        minimum=minimum,
        maximum=maximum,
        title=title,
        description=f"{description} Empty: as the config says.",
        section=section,
    )


def _optional_number(section: str, title: str, description: str, **limits: Any) -> Param:
    return Param(
        None,
        type=["null", "number"],
        **limits,
        title=title,
        description=f"{description} Empty: as the config says.",
        section=section,
    )
