"""How a benchmark states its number: the last line of its output, and an entry in results.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Result:
    """One measured number beside its goal.

    Attributes:
        name: the benchmark's name, as in `make bench-<name>`.
        value: what was measured in this run.
        unit: of value and goal; 'ratio' means ours divided by the peer's in the same run.
        goal: the largest value that is good enough, as text with its comparison.
        peer: what the number was compared with.
        details: the raw measurements that the value was made from.
    """

    name: str
    value: float
    unit: str
    goal: str
    peer: str
    details: dict[str, Any] = field(default_factory=dict)

    def report(self) -> None:
        """Keeps the result in results.json and prints it as the last line."""
        kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        kept[self.name] = asdict(self) | {"command": f"make bench-{self.name}"}
        RESULTS.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
        print(f"{self.name} {self.value:.3f} {self.unit} goal {self.goal}", flush=True)
