"""Which verdict do deliberately broken and healthy models get? A table on real rows, and how many are right.

The rows are those of a quarter of Complete Journey's households, as the Transform of a pipeline left them.
"""

from __future__ import annotations

from benchmarks.protocol import FEATURES, bench, in_trainer, retrieval_models
from benchmarks.result import Result


def main() -> None:
    """Prints the table and reports the share of right verdicts."""
    with bench() as field:
        transformed = field.transformed(FEATURES, retrieval_models()[0])
        out = field.machine.settings.home / "verdicts"
        cases = in_trainer("benchmarks.verdict_cases", str(transformed), str(out))
    print(f"{'model':42} {'expected':18} {'verdict':18} {'epochs':>6} {'recall@100':>10}  evidence")
    for case in cases:
        seen = "; ".join(case["evidence"])
        print(
            f"{case['name']:42} {case['expected']:18} {case['given']:18} {case['epochs']:6} "
            f"{case['recall@100']:10.3f}  {seen}"
        )
    Result(
        name="verdicts",
        value=sum(case["right"] for case in cases) / len(cases),
        unit="share",
        goal=">= 1",
        peer="the verdict that a person would give, knowing what was broken",
        details={"cases": cases},
    ).report()


if __name__ == "__main__":
    main()
