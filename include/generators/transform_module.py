"""The module that TFX Transform runs: what becomes of the rows before any model sees them."""

from include.experiment.resolve.experiment import Experiment
from include.generators.features import preprocessing_call
from include.generators.module import EntryPoint, render_module
from include.generators.source_code import Call, Expression, Items

_PREPROCESSING_FN = EntryPoint(
    function="preprocess",
    api="recsflow_trainer.api.transform",
    source='''\
def preprocessing_fn(inputs: dict[str, Any]) -> dict[str, Any]:
    """Called by TFX Transform with the raw columns of the rows."""
    return preprocess(inputs, FEATURES)
''',
)


def render_transform_module(experiment: Experiment) -> str:
    """Returns the source of an experiment's `transform_module.py`.

    Its text depends on the features and the roles of columns alone, so that runs which differ in their model
    share the transformed rows.
    """
    dataset = experiment.dataset
    towers: dict[str, Expression] = {
        tower: Items([preprocessing_call(feature) for feature in features], spread=True)
        for tower, features in experiment.features.towers.items()
    }
    label: dict[str, Expression] = {"label": dataset.label} if dataset.label else {}
    return render_module(
        title=f"Preprocessing for feature config {experiment.features.name!r}",
        sources=[f"features/{experiment.features.name}.yaml", f"datasets/{dataset.name}.yaml"],
        name="FEATURES",
        declaration=Call("FeatureSet", keywords={**towers, "date": dataset.date_column, **label}),
        entry_point=_PREPROCESSING_FN,
    )
