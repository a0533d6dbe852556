import numpy as np
import pytest

from recsflow_trainer.errors import DeclarationError, ExamplesError
from recsflow_trainer.history.declaration import History

pytestmark = pytest.mark.tensorflow

DAY = 86_400


def test_the_window_ends_after_everything():
    begin, end = History(window_days=10).window(np.arange(100) * DAY)
    assert (begin, end) == (end - 10 * DAY, 99 * DAY + 1)


@pytest.mark.parametrize("days", [9, 0])
def test_a_window_without_anything_before_it_is_refused(days):
    with pytest.raises(ExamplesError, match=f"window_days is 10, and none of {days} rows"):
        History(window_days=10).window(np.arange(days) * DAY)


def test_what_weights_are_fitted_to_is_one_of_two():
    with pytest.raises(DeclarationError, match="fitted_to is 'test'; use window or eval"):
        History(fitted_to="test")
