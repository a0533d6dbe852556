"""The declaration of a graph ranking model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from recsflow_trainer.diagnostics.epoch_probe import EpochProbe, sample_of
from recsflow_trainer.errors import DeclarationError, ManifestError
from recsflow_trainer.evaluation.headline import rating_headline
from recsflow_trainer.evaluation.result import Evaluation
from recsflow_trainer.examples.splits import Batches
from recsflow_trainer.graphs.attention import GraphAttention
from recsflow_trainer.graphs.evaluation import Targets, customer_mean, global_mean, graph_metrics
from recsflow_trainer.graphs.graphs import Graphs, members
from recsflow_trainer.graphs.history_targets import HistoryTargets, read_targets
from recsflow_trainer.graphs.manifest import MANIFEST, read_manifest
from recsflow_trainer.graphs.model import GraphEncoder, GraphModel, ScoreHead
from recsflow_trainer.graphs.pooling import check_pooling
from recsflow_trainer.graphs.serving import GraphServer
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.rating import BinaryCrossentropy, RatingLoss, best_constant
from recsflow_trainer.overfit.sample import OverfitSample, Ratings, enough, spread_order
from recsflow_trainer.ranking.labels import LabelTransform, fit_transform
from recsflow_trainer.ranking.rating_head import RatingScale
from recsflow_trainer.towers import Layer
from recsflow_trainer.training.config import TrainerConfig

_GRAPHS_A_CALL = 1_024
_PROBED_GRAPHS = 2_048


@dataclass(frozen=True)
class GraphSplits:
    """The graphs of an experiment."""

    train: Graphs
    eval: Graphs
    test: Graphs

    def __getitem__(self, name: str) -> Graphs:
        """Returns the split of that name."""
        return {"train": self.train, "eval": self.eval, "test": self.test}[name]


@dataclass(frozen=True)
class GraphInputs:
    """What a manifest holds.

    Attributes:
        splits: The graphs.
        warnings: What is odd about them, as sentences for the metrics.
        history: Targets of the graphs that a sample leaves out; None where all are there.
    """

    splits: GraphSplits
    warnings: tuple[str, ...] = ()
    history: HistoryTargets | None = None

    @property
    def seen(self) -> tuple[Targets, ...]:
        """All targets that were known before those of the test split."""
        before = (self.splits.train, self.splits.eval)
        return before if self.history is None else (*before, self.history)


@dataclass(frozen=True)
class GraphRanking:
    """Scores graphs: attention layers over the edges, pooling over the nodes, a score head.

    Attributes:
        layers: Attention layers from input to output, one or more.
        score_head: Hidden layers between a graph's vector and its score.
        pooling: How nodes become one vector: "mean", "max", "sum", or several of them side by side.
        loss: What is made small; it compares scores with transformed targets.
        transform: What is learnt in place of the target itself, by the train graphs' parameters.
    """

    layers: Sequence[GraphAttention]
    loss: RatingLoss
    score_head: Sequence[Layer] = ()
    pooling: Sequence[str] = ("mean", "max")
    transform: str = LabelTransform.IDENTITY

    model_type: ClassVar[str] = "graph_ranking"

    def __post_init__(self) -> None:
        for name in ("layers", "score_head", "pooling"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.layers:
            raise DeclarationError("GraphRanking.layers is empty; give one GraphAttention or more.")
        check_pooling(self.pooling, "GraphRanking.pooling")
        if self.transform not in list(LabelTransform):
            raise DeclarationError(
                f"GraphRanking.transform is {self.transform!r}; use one of: {', '.join(LabelTransform)}."
            )
        if isinstance(self.loss, BinaryCrossentropy):
            raise DeclarationError(
                "GraphRanking.loss is BinaryCrossentropy, which takes targets of 0 and 1 only; use "
                "MeanSquaredError, MeanAbsoluteError, Huber or PairwiseRankLoss."
            )

    def params(self) -> dict[str, Any]:
        """What tells this model from another, as flat values."""
        return {
            "graph_layers": ", ".join(str(layer) for layer in self.layers),
            "score_head": ", ".join(str(layer) for layer in self.score_head),
            "pooling": ", ".join(self.pooling),
            "graph_loss": str(self.loss),
            "target_transform": str(self.transform),
        }

    def read(self, fn_args: Any, config: TrainerConfig) -> GraphInputs:
        """Reads the manifest that lies at the root of the Trainer's examples."""
        uri = manifest_uri(fn_args.train_files)
        return GraphInputs(GraphSplits(**read_manifest(uri)), history=read_targets(uri.rpartition("/")[0]))

    def build(self, inputs: GraphInputs) -> GraphModel:
        """Builds the Keras model; the training graphs give scales and the best constant."""
        train = inputs.splits.train
        transform = fit_transform(LabelTransform(self.transform), train.targets, "target")
        constant = best_constant(self.loss, transform.forward(tf.constant(train.targets)).numpy())
        model = GraphModel(
            graph=GraphEncoder(self.layers, self.pooling, train),
            score_head=ScoreHead(self.score_head, start=constant),
            loss=self.loss,
            scale=RatingScale(self.loss, transform),
            constant=constant,
        )
        model(next(iter(train.batches(1, seed=0, reshuffle=False))))
        return model

    def batches(
        self, inputs: GraphInputs, split: str, batch_size: int, *, seed: int, reshuffle: bool
    ) -> Batches:
        """Returns one pass over a split; training leaves out the graphs that do not fill a batch."""
        graphs = inputs.splits[split]
        whole = split == "train"
        rows = graphs.rows - graphs.rows % min(batch_size, max(graphs.rows, 1)) if whole else graphs.rows
        return Batches(graphs.batches(batch_size, seed=seed, reshuffle=reshuffle, whole=whole), rows)

    def epoch_probe(self, inputs: GraphInputs) -> EpochProbe:
        """Measures predictions of some eval graphs after each epoch, on the scale of those very graphs."""
        some = sample_of(inputs.splits.eval, _PROBED_GRAPHS)

        def measure(model: GraphModel) -> dict[str, float]:
            self._calibrate(model, some)
            predictions = model.scale.ratings(tf.constant(_outputs(model, some))).numpy()
            found = graph_metrics(predictions, some)
            spread = float(np.std(predictions, dtype=np.float64))
            return {**{f"val_{name}": value for name, value in found.items()}, "val_score_std": spread}

        return measure

    def overfit_sample(self, inputs: GraphInputs, rows: int) -> OverfitSample:
        """Picks training graphs that differ in their nodes and, as far as possible, in their targets."""
        splits = inputs.splits
        few = splits.train.take(_distinct(splits.train, rows))

        def outputs(model: GraphModel) -> list[Ratings]:
            targets = model.scale.transform.forward(tf.constant(few.targets)).numpy()
            return [Ratings(_outputs(model, few), targets)]

        return OverfitSample(GraphInputs(GraphSplits(few, splits.eval, splits.test)), outputs)

    def finish(self, model: GraphModel, inputs: GraphInputs) -> None:
        """Gives scores the level of the targets, less their shift on eval graphs."""
        self._calibrate(model, inputs.splits.train)
        known = inputs.splits.eval
        targets = model.scale.transform.forward(tf.constant(known.targets)).numpy()
        model.scale.remove_shift(_outputs(model, known), targets)

    def evaluate(self, model: GraphModel, inputs: GraphInputs) -> Evaluation:
        """Measures predictions of the test targets, with those of two means on the same graphs."""
        splits = inputs.splits
        predictions = model.scale.ratings(tf.constant(_outputs(model, splits.test))).numpy()
        seen = inputs.seen
        return Evaluation(
            candidates=0,
            test=graph_metrics(predictions, splits.test),
            headline=rating_headline(),
            baselines={
                "global_mean": graph_metrics(global_mean(seen, splits.test), splits.test),
                "customer_mean": graph_metrics(customer_mean(seen, splits.test), splits.test),
            },
        )

    def save(self, model: GraphModel, inputs: GraphInputs, folder: str) -> None:
        """Saves what answers the flat arrays of graphs with scores."""
        GraphServer(model, inputs.splits.train.take(np.array([0]))).save(folder)

    def _calibrate(self, model: GraphModel, train: Graphs) -> None:
        if model.scale.needs_calibration:
            targets = model.scale.transform.forward(tf.constant(train.targets)).numpy()
            model.scale.calibrate(_outputs(model, train), targets)


def manifest_uri(train_files: Sequence[str]) -> str:
    """Returns the manifest of the artifact that the files `.../Split-train/*` belong to.

    Raises:
        ManifestError: The files are of no such artifact.
    """
    folders = {pattern.rpartition("/Split-")[0] for pattern in train_files}
    if len(folders) != 1 or "" in folders:
        raise ManifestError(
            f"Training files {', '.join(train_files)} lie in no artifact with a {MANIFEST}; feed the Trainer "
            "with the output of GraphGen."
        )
    return f"{folders.pop()}/{MANIFEST}"


def _distinct(graphs: Graphs, rows: int) -> np.ndarray:
    """Returns the places of at most `rows` graphs that do not have the same nodes, their targets spread."""
    picked: dict[bytes, int] = {}
    for place in spread_order(graphs.targets).tolist():
        nodes = graphs.nodes[members(graphs.node_counts, np.array([place]))]
        picked.setdefault(nodes.tobytes(), place)
        if len(picked) == rows:
            break
    return np.array(enough(list(picked.values())), np.int64)


def _outputs(model: GraphModel, graphs: Graphs) -> np.ndarray:
    batches = graphs.batches(_GRAPHS_A_CALL, seed=0, reshuffle=False, whole=False)
    return np.concatenate([model.raw_scores(batch).numpy() for batch in batches])
