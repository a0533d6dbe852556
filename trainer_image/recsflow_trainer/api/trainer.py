"""The names that a module for TFX Trainer may import: what models are declared with, and what trains them."""

from recsflow_trainer.features import Bucketized, Cyclical, HashedCross, Numeric, Vocabulary
from recsflow_trainer.graphs.attention import GraphAttention
from recsflow_trainer.graphs.graph_ranking import GraphRanking
from recsflow_trainer.history.declaration import History
from recsflow_trainer.losses.pairwise import PairwiseRankLoss
from recsflow_trainer.losses.rating import BinaryCrossentropy, Huber, MeanAbsoluteError, MeanSquaredError
from recsflow_trainer.multitask.declaration import Multitask
from recsflow_trainer.ranking.declaration import Ranking
from recsflow_trainer.ranking.rating import Rating
from recsflow_trainer.retrieval.declaration import Retrieval
from recsflow_trainer.towers import Dense, Dropout, LayerNorm, Tower
from recsflow_trainer.training.run_fn import train

__all__ = [
    "BinaryCrossentropy",
    "Bucketized",
    "Cyclical",
    "Dense",
    "Dropout",
    "GraphAttention",
    "GraphRanking",
    "HashedCross",
    "History",
    "Huber",
    "LayerNorm",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Multitask",
    "Numeric",
    "PairwiseRankLoss",
    "Ranking",
    "Rating",
    "Retrieval",
    "Tower",
    "Vocabulary",
    "train",
]
