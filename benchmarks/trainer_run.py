"""One run of a generated trainer module in a process of its own, as TFX's Trainer calls it.

In the trainer environment: `python -m benchmarks.trainer_run MODULE TRANSFORM_FOLDER CONFIG_JSON OUT_FOLDER`.
It prints JSON: the metrics that the run left, and the peak memory of the process.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import sys
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")


def main() -> None:
    """Trains, evaluates and saves."""
    module_file, transform, config, out = sys.argv[1:]
    spec = importlib.util.spec_from_file_location("trainer_module", module_file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{module_file} is no Python module.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    examples = Path(transform) / "transformed_examples"
    metrics = Path(out) / "training_metrics.json"
    module.run_fn(
        SimpleNamespace(
            custom_config={**json.loads(config), "metrics_uri": str(metrics)},
            train_files=[str(examples / "Split-train" / "*")],
            eval_files=[str(examples / "Split-eval" / "*")],
            transform_graph_path=str(Path(transform) / "transform_graph"),
            serving_model_dir=str(Path(out) / "model"),
        )
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"metrics": json.loads(metrics.read_text()), "peak_gb": peak / 1e9}))


if __name__ == "__main__":
    main()
