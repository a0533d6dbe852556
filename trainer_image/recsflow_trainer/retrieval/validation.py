"""Eval rows as a retrieval model is asked about them: as the test rows later are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from recsflow_trainer.diagnostics.epoch_probe import Sampled, sample_apart
from recsflow_trainer.evaluation.candidates import Candidates
from recsflow_trainer.evaluation.novelty import TestRows
from recsflow_trainer.evaluation.purchases import purchases, seen_purchases
from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.features import Vocabulary


@dataclass(frozen=True)
class Validation:
    """Some eval rows, and what is known without them.

    Attributes:
        rows: The rows that are measured.
        others: The inputs without them, which histories may learn from before they are asked.
    """

    rows: Sampled
    others: TransformedInputs

    @classmethod
    def of(  # noqa: PLR0913
        cls,
        inputs: TransformedInputs,
        candidates: Candidates,
        customer: Vocabulary,
        product: Vocabulary,
        *,
        queries: Sequence[str],
        with_history: bool,
    ) -> Self:
        """Picks the rows, the same ones every time.

        Args:
            inputs: All rows.
            candidates: The products that are ranked.
            customer: The customer's id.
            product: The product's id.
            queries: Names of the query tower's features.
            with_history: Whether histories learn from eval rows; at least half of them are left to that.
        """
        split = inputs.splits.eval
        measured, rest = sample_apart(split, max(split.rows // 2, 1) if with_history else split.rows)
        others = replace(inputs, splits=replace(inputs.splits, eval=rest))
        bought = purchases(
            [measured],
            customer=customer.name,
            known_customers=customer.vocabulary_size(inputs.tft_output),
            product=product.name,
            candidates=candidates,
        )
        seen = seen_purchases(others, candidates, customer, product)
        test = TestRows.of(seen, bought, len(candidates.ids))
        return cls(Sampled(test, {name: measured.columns[name] for name in queries}, candidates), others)
