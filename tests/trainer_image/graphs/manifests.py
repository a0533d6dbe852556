"""A small manifest: stars whose target is the sum of their first node column."""

import csv

import numpy as np


def star(rng, nodes):
    """A graph whose first node is joined with all others, both ways; its target, too."""
    features = rng.normal(size=[nodes, 3]).astype(np.float32)
    out = np.stack([np.zeros(nodes, np.int64), np.arange(nodes)], axis=1)
    edges = np.concatenate([out, out[:, ::-1]])
    weights = rng.random([len(edges), 1]).astype(np.float32)
    arrays = {"nodes": features, "edges": edges, "edge_features": weights}
    return arrays, float(features[:, 0].sum())


def write_manifest(folder, graphs=48, changes=None):
    """Writes graphs, one a file, and the manifest; `changes` are columns by row, from 0.

    Returns:
        The manifest's path.
    """
    rng = np.random.default_rng(5)
    rows = []
    for number in range(graphs):
        arrays, target = star(rng, nodes=1 + number % 5)
        np.savez(folder / f"{number}.npz", **arrays)
        split = ("train", "train", "eval", "test")[number % 4]
        row = {"graph": f"g{number}", "split": split, "target": target, "file": f"{number}.npz"}
        rows.append({**row, "customer": f"c{number % 3}", **(changes or {}).get(number, {})})
    with open(folder / "manifest.csv", "w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return str(folder / "manifest.csv")
