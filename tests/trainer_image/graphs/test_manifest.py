"""Reading a manifest: what it holds, and every way in which it can be wrong."""

import numpy as np
import pytest

from recsflow_trainer.errors import ManifestError
from recsflow_trainer.graphs.manifest import read_manifest
from tests.trainer_image.graphs.manifests import write_manifest

pytestmark = pytest.mark.tensorflow

LONE = {
    "nodes": np.zeros([1, 3], np.float32),
    "edges": np.zeros([1, 2], np.int64),
    "edge_features": np.zeros([1, 1], np.float32),
}


def test_graphs_come_by_split_with_their_targets(tmp_path):
    splits = read_manifest(write_manifest(tmp_path))
    assert {name: graphs.rows for name, graphs in splits.items()} == {"train": 24, "eval": 12, "test": 12}
    test = splits["test"]
    # Graphs 3, 7, 11 ... have 4, 3, 2, 1, 5 nodes, and an edge to and from the first for each.
    assert test.node_counts[:5].tolist() == [4, 3, 2, 1, 5]
    assert test.edge_counts[:5].tolist() == [8, 6, 4, 2, 10]
    assert test.targets[0] == pytest.approx(test.nodes[:4, 0].sum(), rel=1e-5)
    assert test.customers[:3].tolist() == ["c0", "c1", "c2"]
    assert test.nodes.dtype == np.float32


def test_one_file_may_hold_many_graphs(tmp_path):
    nodes = np.arange(12, dtype=np.float32).reshape(4, 3)
    np.savez(
        tmp_path / "many.npz",
        nodes=nodes,
        edges=np.array([[0, 1], [0, 0]]),
        node_counts=np.array([3, 1]),
        edge_counts=np.array([1, 1]),
    )
    rows = ["g,train,1,many.npz,1", "h,train,2,many.npz,0", "i,eval,3,many.npz,0", "j,test,4,many.npz,1"]
    (tmp_path / "manifest.csv").write_text("\n".join(["graph,split,target,file,index", *rows]) + "\n")
    splits = read_manifest(str(tmp_path / "manifest.csv"))
    assert splits["train"].nodes[:, 0].tolist() == [9, 0, 3, 6]
    assert splits["train"].targets.tolist() == [1, 2]
    assert splits["train"].edge_features.shape == (2, 0)
    assert splits["test"].nodes.tolist() == [[9, 10, 11]]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("target", "nan", "row 4: target is 'nan'; give a finite number."),
        ("target", "", "row 4: target is ''; give a finite number."),
        ("target", "1e60", "row 4: target is '1e60'; give a finite number."),
        ("split", "valid", "row 4: split is 'valid'; use train, eval, test."),
        ("graph", "", "row 4: graph is ''; give a name."),
        ("file", "2.csv", "row 4: file is '2.csv'; name an .npz file"),
        ("file", "none.npz", "row 4: none.npz: is not there; write it beside the manifest."),
    ],
)
def test_mistake_in_a_row_is_named(tmp_path, column, value, sentence):
    path = write_manifest(tmp_path, changes={2: {column: value}})
    with pytest.raises(ManifestError) as refused:
        read_manifest(path)
    assert str(refused.value).startswith(f"{path}: {sentence}")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"nodes": None}, "has no array 'nodes', only edge_features, edges"),
        ({"edges": None}, "has no array 'edges', only edge_features, nodes"),
        ({"nodes": np.zeros([1, 3])}, "nodes is float64 of shape [1, 3]; save float32"),
        ({"nodes": np.zeros([3], np.float32)}, "nodes is float32 of shape [3]; save float32"),
        ({"nodes": np.full([1, 3], np.nan, np.float32)}, "nodes has a value that is not finite"),
        ({"edge_features": np.full([1, 1], np.inf, np.float32)}, "edge_features has a value that is not"),
        ({"edge_features": np.zeros([2, 1], np.float32)}, "edge_features has 2 rows for 1 edges."),
        ({"edges": np.array([[0, 1]])}, "edges names a node that the graph does not have"),
        ({"edges": np.array([[0, -1]])}, "edges names a node that the graph does not have"),
        ({"edges": np.array([[0.0, 0.0]])}, "edges is float64 of shape [1, 2]; save integers"),
        (
            {"edges": np.zeros([0, 2], int), "edge_features": np.zeros([0, 1], np.float32)},
            "has no edges; give a lone node an edge to itself.",
        ),
        ({"node_counts": np.array([2]), "edge_counts": np.array([1])}, "node_counts is int64 of shape [1]"),
    ],
)
def test_mistake_in_a_file_is_named_with_its_row(tmp_path, changes, sentence):
    path = write_manifest(tmp_path)
    arrays = {name: values for name, values in {**LONE, **changes}.items() if values is not None}
    np.savez(tmp_path / "7.npz", **arrays)
    with pytest.raises(ManifestError) as refused:
        read_manifest(path)
    assert str(refused.value).startswith(f"{path}: row 9: 7.npz: {sentence}")


def test_graph_without_nodes_is_named(tmp_path):
    path = write_manifest(tmp_path)
    np.savez(tmp_path / "7.npz", nodes=np.zeros([0, 3], np.float32), edges=np.zeros([0, 2], int))
    with pytest.raises(ManifestError, match=r"row 9: 7\.npz: has no nodes; give it one"):
        read_manifest(path)


def test_all_mistakes_are_named_in_the_order_of_rows(tmp_path):
    path = write_manifest(tmp_path, changes={8: {"target": "x"}, 2: {"target": "y"}})
    with pytest.raises(ManifestError) as refused:
        read_manifest(path)
    first, second = str(refused.value).splitlines()
    assert "row 4: target is 'y'" in first
    assert "row 10: target is 'x'" in second


def test_targets_must_vary(tmp_path):
    path = write_manifest(tmp_path, changes={number: {"target": 2.5} for number in range(48)})
    with pytest.raises(ManifestError, match=r"the target of every train row is 2\.5; there is nothing"):
        read_manifest(path)


def test_graphs_must_have_the_same_columns(tmp_path):
    path = write_manifest(tmp_path)
    np.savez(tmp_path / "7.npz", **{**LONE, "nodes": np.zeros([1, 4], np.float32)})
    with pytest.raises(ManifestError, match=r"row 9: 7\.npz: nodes has 4 columns, but 0\.npz has"):
        read_manifest(path)


def test_every_split_needs_graphs(tmp_path):
    path = write_manifest(tmp_path, changes={number: {"split": "train"} for number in range(3, 48, 4)})
    with pytest.raises(ManifestError, match="no row has split test; every split needs graphs"):
        read_manifest(path)


def test_unknown_and_missing_columns_are_named(tmp_path):
    (tmp_path / "manifest.csv").write_text("graph,split,file,weight\n")
    with pytest.raises(ManifestError, match="row 1: the header is graph, split, file, weight; use graph"):
        read_manifest(str(tmp_path / "manifest.csv"))


def test_missing_manifest_is_named(tmp_path):
    with pytest.raises(ManifestError, match=r"manifest\.csv: is not there; generate it"):
        read_manifest(str(tmp_path / "manifest.csv"))


def test_file_that_is_no_archive_is_named(tmp_path):
    path = write_manifest(tmp_path)
    (tmp_path / "7.npz").write_text("nodes")
    with pytest.raises(ManifestError, match=r"row 9: 7\.npz: is no archive of arrays"):
        read_manifest(path)
