"""What a metric is called in MLflow, which takes no `@` in a name.

`recall@10` of the test rows is `test_recall_at_10`, that of the popularity baseline
`popularity_recall_at_10`, that of the best baseline `best_baseline_recall_at_10`, and how many times better
the model is than that one `lift_recall_at_10`. A verdict rests on `measure_<name>`.
"""

# The model itself, on the test rows.
TEST = "test"


def metric_name(name: str, of: str = "") -> str:
    """Return the name in MLflow of a metric, `recall_at_10` for `recall@10`.

    Args:
        name: The metric.
        of: Whose it is, such as `TEST`, a baseline or `champion`: `champion_recall_at_10`.
    """
    plain = name.replace("@", "_at_")
    return f"{of}_{plain}" if of else plain
