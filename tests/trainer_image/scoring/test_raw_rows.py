import numpy as np
import pytest

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.features.densify import MISSING_NUMBER
from recsflow_trainer.keras import tf
from recsflow_trainer.scoring.raw_rows import Reader, has_value, read_raw_rows, take_rows
from recsflow_trainer.scoring.saved_model import load_model

pytestmark = pytest.mark.tensorflow

READERS = {
    "age": Reader("model 'new'", tf.int64),
    "height": Reader("model 'new'", tf.float32),
    "town": Reader("model 'new'", tf.string),
}


def write(folder, rows):
    """Writes rows as ExampleGen does: what is missing is a feature without a value."""
    (folder / "Split-test").mkdir(parents=True)
    with tf.io.TFRecordWriter(str(folder / "Split-test" / "part.gz"), "GZIP") as writer:
        for row in rows:
            example = tf.train.Example()
            for name, value in row.items():
                feature = example.features.feature[name]
                feature.SetInParent()
                match value:
                    case int():
                        feature.int64_list.value.append(value)
                    case float():
                        feature.float_list.value.append(value)
                    case str():
                        feature.bytes_list.value.append(value.encode())
            writer.write(example.SerializeToString())
    return str(folder)


class Server(tf.Module):
    """Answers with the age that it is asked about."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int64, name="age")])
    def echo(self, age):
        return {"age": age}


def saved(server, folder):
    tf.saved_model.save(server, str(folder), signatures={"echo": server.echo})
    return load_model("model", str(folder)).signatures["echo"]


@pytest.fixture
def rows(tmp_path):
    nothing = {"age": None, "height": None, "town": None}
    return write(tmp_path / "rows", [nothing, {"age": 0, "height": 0.0, "town": "0"}])


def test_what_is_missing_differs_from_0(rows):
    found = read_raw_rows(rows, READERS).columns
    assert found["age"].tolist() == [MISSING_NUMBER, 0]
    assert np.isnan(found["height"]).tolist() == [True, False]
    assert found["town"].tolist() == [b"", b"0"]
    assert has_value(found["age"]).tolist() == has_value(found["height"]).tolist() == [False, True]


def test_a_model_is_asked_about_what_is_missing_as_it_can_be(rows, tmp_path):
    """One that was saved before a number could be missing knows 0 alone."""
    new, old = Server(), Server()
    new.missing_number = tf.Variable(MISSING_NUMBER, dtype=tf.int64)
    asked = {}
    for name, server in (("new", new), ("old", old)):
        signature = saved(server, tmp_path / name)
        columns = take_rows(read_raw_rows(rows, READERS), signature, np.array([0, 1]))
        asked[name] = signature.ask(columns)["age"].numpy().tolist()
    assert asked == {"new": [MISSING_NUMBER, 0], "old": [0, 0]}


def test_a_column_whose_first_value_comes_late_is_there(tmp_path):
    late = [{"age": None, "height": None, "town": None}] * 1_200 + [{"age": 7, "height": None, "town": "x"}]
    found = read_raw_rows(write(tmp_path / "late", late), READERS).columns
    assert found["age"][-1] == 7
    assert found["age"].dtype == np.int64


def test_a_column_without_a_value_in_any_row_is_all_missing(tmp_path):
    empty = [{"age": None, "height": None, "town": None}]
    found = read_raw_rows(write(tmp_path / "empty", empty), READERS).columns
    assert found["age"].tolist() == [MISSING_NUMBER]
    assert found["town"].tolist() == [b""]


def test_a_column_that_is_not_there_is_named(tmp_path):
    rows = write(tmp_path / "others", [{"age": 7, "town": "x"}])
    with pytest.raises(ExamplesError, match=r"model 'new' reads column 'height', which the test rows"):
        read_raw_rows(rows, READERS)
