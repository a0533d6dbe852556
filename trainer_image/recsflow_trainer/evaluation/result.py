"""What an evaluation says."""

from dataclasses import dataclass, field

from recsflow_trainer.metrics_file import ColdRows, Headline


@dataclass(frozen=True)
class Evaluation:
    """Test metrics of a trained model.

    Attributes:
        candidates: Number of products that were ranked.
        test: Metric by name.
        baselines: The same metrics of each baseline, on the same rows.
        headline: What the model is judged by on these rows.
        variants: Baselines that play by the model's rule in another way; they compete with it as well.
        cold: Rows of customers and products without a train row, measured apart.
        measures: What the verdict rests on beside the metrics, by name; see `diagnostics.verdict`.
    """

    candidates: int
    test: dict[str, float]
    baselines: dict[str, dict[str, float]]
    headline: Headline
    variants: dict[str, dict[str, float]] = field(default_factory=dict)
    cold: dict[str, ColdRows] = field(default_factory=dict)
    measures: dict[str, float] = field(default_factory=dict)
