"""Cards as files: one folder has all of them, so that a list request names a thousand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from include import storage
from include.artifacts.experiment import ExperimentCard
from include.artifacts.layout import ArtifactLayout
from include.cards.card import Card
from include.cards.fitting import fitted


@dataclass(frozen=True)
class StoredCard:
    """A card that is there.

    Attributes:
        version: Another one whenever it was written anew.
        changed: When that was.
    """

    experiment_id: str
    version: str
    changed: datetime | None


class CardStore:
    """The cards of an artifact root.

    Args:
        layout: Where things are kept.
    """

    def __init__(self, layout: ArtifactLayout) -> None:
        self.layout = layout

    def write(self, card: Card) -> str:
        """Write a card, shortened to 2 KB; returns its URI."""
        return storage.write_text(self.layout.card(card.experiment_id).card, fitted(card))

    def read(self, experiment_id: str) -> Card | None:
        """Return an experiment's card; None where there is none.

        Raises:
            InvalidCard: The file is no card.
        """
        try:
            text = storage.read_bytes(self.layout.card(experiment_id).card)
        except FileNotFoundError:
            return None
        return Card.from_json(text)

    def read_all(self, experiment_ids: Iterable[str]) -> dict[str, bytes]:
        """Return the text of several cards by experiment, without those that are gone; not checked."""
        names = {f"{each}.json": each for each in experiment_ids}
        read = storage.read_all(self.layout.cards, names)
        return {names[name]: text for name, text in read.items()}

    def listed(self) -> list[StoredCard]:
        """Return all cards that are there, with one request a thousand."""
        return [
            StoredCard(artifact.experiment_id, file.version, file.changed)
            for file in storage.list_files(self.layout.cards)
            if (
                artifact := ExperimentCard.parse(
                    self.layout.root, f"{ExperimentCard.pattern.folder}/{file.path}"
                )
            )
        ]
