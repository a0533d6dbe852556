"""What an evaluation says."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Evaluation:
    """Test metrics of a trained model.

    Attributes:
        candidates: Number of products that were ranked.
        test: Metric by name.
        baselines: The same metrics of each baseline, on the same rows.
        measures: What the verdict rests on beside the metrics, by name; see `diagnostics.verdict`.
    """

    candidates: int
    test: dict[str, float]
    baselines: dict[str, dict[str, float]]
    measures: dict[str, float] = field(default_factory=dict)
