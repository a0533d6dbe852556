"""What a check sees of a healthy model; tests change what they are about."""

from recsflow_trainer.overfit.observation import Fit, Observation

RATED = Fit(measures={"pairwise_accuracy": 0.98, "spearman": 0.97}, order=0.98, score_std=1.0, target_std=1.0)
MATCHED = Fit(measures={"recall@1": 1.0}, order=1.0, score_std=4.0)
# Zero at the end: rows that are learnt give no gradient.
ALIVE = [{"query": 0.3, "candidate": 0.4}, {"query": 0.0, "candidate": 0.0}]
HEALTHY = Observation(
    initial_loss=2.0, final_loss=0.1, uninformed_loss=2.0, gradient_norms=ALIVE, fits=[RATED]
)
