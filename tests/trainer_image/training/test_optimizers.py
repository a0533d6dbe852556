import pytest

from include.experiment.config import optimizers as choices
from recsflow_trainer.errors import TrainingConfigError
from recsflow_trainer.keras import tf
from recsflow_trainer.training.optimizers import OPTIMIZERS, make_optimizer

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_takes_a_clipped_step_downhill(name):
    optimizer = make_optimizer(name, 0.01)
    weight = tf.Variable([3.0, 4.0])
    optimizer.build([weight])
    before = weight.numpy().copy()
    optimizer.apply_gradients([(tf.constant([300.0, 400.0]), weight)])
    assert (weight.numpy() < before).all()
    assert optimizer.clipnorm == 1.0


def test_clipping_bounds_the_step():
    weight = tf.Variable([0.0, 0.0])
    make_optimizer("sgd", 1.0).apply_gradients([(tf.constant([300.0, 400.0]), weight)])
    assert weight.numpy() == pytest.approx([-0.6, -0.8])
    make_optimizer("sgd", 1.0, clipnorm=None).apply_gradients([(tf.constant([300.0, 400.0]), weight)])
    assert weight.numpy() == pytest.approx([-300.6, -400.8])


def test_options_reach_the_optimizer_and_win_over_our_defaults():
    assert make_optimizer("sgd", 0.1, options={"momentum": 0.9}).momentum == 0.9
    assert make_optimizer("adagrad", 0.1).initial_accumulator_value == 1e-6
    options = {"initial_accumulator_value": 0.1}
    assert make_optimizer("adagrad", 0.1, options=options).initial_accumulator_value == 0.1


def test_a_config_may_choose_every_optimizer_and_no_other():
    assert set(choices.OPTIMIZERS) == set(OPTIMIZERS)


@pytest.mark.parametrize("name", choices.OPTIMIZERS)
def test_every_option_that_a_config_may_give_is_taken_with_a_value_in_its_bounds(name):
    options = {
        option: next(value for value in (True, 0.5, -0.5) if takes.remedy(value) is None)
        for option, takes in choices.OPTIMIZERS[name].options.items()
    }
    optimizer = make_optimizer(name, 0.01, options=options)
    assert {option: optimizer.get_config()[option] for option in options} == pytest.approx(options)


def test_unknown_names_and_options_are_refused_with_those_there_are():
    with pytest.raises(TrainingConfigError, match="'lion'; use one of: adagrad"):
        make_optimizer("lion", 0.1)
    with pytest.raises(TrainingConfigError, match=r"beta_3, which adam does not take; use one of: .*beta_1"):
        make_optimizer("adam", 0.1, options={"beta_3": 0.5})
    with pytest.raises(TrainingConfigError, match="clipnorm, which sgd does not take"):
        make_optimizer("sgd", 0.1, options={"clipnorm": 5})
