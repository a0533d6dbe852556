"""Calls of TensorFlow's own client and of Beam's, in the trainer environment; prints the answers as JSON."""

import json
import sys

import tensorflow as tf
from apache_beam.io.filesystems import FileSystems


class Scaled(tf.Module):
    def __init__(self) -> None:
        super().__init__()
        self.factor = tf.Variable(3.0)

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
    def __call__(self, value: tf.Tensor) -> tf.Tensor:
        return value * self.factor


def files(root: str) -> dict[str, object]:
    gfile, said = tf.io.gfile, {}
    said["absent"] = gfile.exists(f"{root}/absent")
    gfile.makedirs(f"{root}/folder/inner")
    said["made folder"] = gfile.isdir(f"{root}/folder/inner")
    for name in ("a.txt", "b.txt"):
        with gfile.GFile(f"{root}/folder/{name}", "w") as file:
            file.write("one\n")
    with gfile.GFile(f"{root}/folder/a.txt", "a") as file:
        file.write("two\n")
    said["appended"] = gfile.GFile(f"{root}/folder/a.txt").read()
    said["glob"] = sorted(path.removeprefix(root) for path in gfile.glob(f"{root}/folder/*.txt"))
    gfile.rename(f"{root}/folder/a.txt", f"{root}/folder/c.txt", overwrite=True)
    gfile.copy(f"{root}/folder/c.txt", f"{root}/folder/d.txt", overwrite=True)
    said["listdir"] = sorted(gfile.listdir(f"{root}/folder"))
    gfile.rename(f"{root}/folder", f"{root}/moved")
    said["moved"] = sorted(gfile.listdir(f"{root}/moved"))
    said["size"] = gfile.stat(f"{root}/moved/d.txt").length
    gfile.rmtree(f"{root}/moved")
    said["removed"] = gfile.exists(f"{root}/moved")
    return said


def records(root: str) -> dict[str, object]:
    path = f"{root}/records.gz"
    with tf.io.TFRecordWriter(path, tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
        for number in range(20_000):
            writer.write(b"%d" % number)
    read = [int(record) for record in tf.data.TFRecordDataset(path, "GZIP").as_numpy_iterator()]
    return {"records": len(read), "sum": sum(read)}


def model(root: str) -> dict[str, object]:
    tf.saved_model.save(Scaled(), f"{root}/model")
    loaded = tf.saved_model.load(f"{root}/model")
    return {"model": float(loaded(tf.constant(2.0)))}


def beam(root: str) -> dict[str, object]:
    with FileSystems.create(f"{root}/beam/a.txt") as file:
        file.write(b"from beam")
    said: dict[str, object] = {"beam opens": FileSystems.open(f"{root}/beam/a.txt").read().decode()}
    FileSystems.rename([f"{root}/beam/a.txt"], [f"{root}/beam/b.txt"])
    found = FileSystems.match([f"{root}/beam/*"])[0].metadata_list
    said["beam matches"] = [[item.path.removeprefix(root), item.size_in_bytes] for item in found]
    said["tensorflow sees"] = tf.io.gfile.GFile(f"{root}/beam/b.txt").read()
    FileSystems.delete([f"{root}/beam/b.txt"])
    said["beam deleted"] = FileSystems.exists(f"{root}/beam/b.txt")
    return said


if __name__ == "__main__":
    root = sys.argv[1]
    print(json.dumps({**files(root), **records(root), **model(root), **beam(root)}))
