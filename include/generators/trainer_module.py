"""The module that TFX Trainer runs: what the model is made of."""

from collections.abc import Sequence

from include.experiment.experiment import Experiment
from include.experiment.feature_config import Feature
from include.experiment.model_config import Activation, DenseLayer, DropoutLayer, Layer, LayerNormLayer
from include.generators.features import tower_call
from include.generators.module import EntryPoint, render_module
from include.generators.source_code import Call, Expression, Items

_RUN_FN = EntryPoint(
    imports={"Any": "typing", "train": "recsflow_trainer.training"},
    source='''\
def run_fn(fn_args: Any) -> None:
    """Called by TFX Trainer; the hyperparameters are in `fn_args.custom_config`."""
    train(MODEL, fn_args)
''',
)


def render_trainer_module(experiment: Experiment) -> str:
    """Returns the source of an experiment's `trainer_module.py`.

    It holds the topology only; hyperparameters travel to the trainer as run-time values.
    """
    dataset, features, model = experiment.dataset, experiment.features, experiment.model
    return render_module(
        title=f"Model {model.name!r} with feature config {features.name!r} on dataset {dataset.name!r}",
        sources=[
            f"models/{model.name}.yaml",
            f"features/{features.name}.yaml",
            f"datasets/{dataset.name}.yaml",
        ],
        name="MODEL",
        declaration=_retrieval(experiment),
        entry_point=_RUN_FN,
    )


def _retrieval(experiment: Experiment) -> Call:
    features, model = experiment.features, experiment.model
    return Call(
        "Retrieval",
        keywords={
            "query": _tower(features.query, model.query_tower),
            "candidate": _tower(features.candidate, model.candidate_tower),
            "customer_id": experiment.dataset.customer_id,
            "product_id": experiment.dataset.product_id,
            "embedding_dim": model.embedding_dim,
            "temperature": model.temperature,
            "normalize": model.normalize,
            "sampling_correction": model.sampling_correction,
            "remove_accidental_hits": model.remove_accidental_hits,
        },
    )


def _tower(features: Sequence[Feature], layers: Sequence[Layer]) -> Call:
    inputs = Items([tower_call(feature) for feature in features], spread=True)
    return Call(
        "Tower",
        keywords={"inputs": inputs, "layers": Items([_layer(layer) for layer in layers], spread=True)},
    )


def _layer(layer: Layer) -> Call:
    match layer:
        case DenseLayer():
            keywords: dict[str, Expression] = {}
            if layer.activation is not Activation.LINEAR:
                keywords["activation"] = layer.activation.value
            if layer.l2:
                keywords["l2"] = layer.l2
            return Call("Dense", [layer.units], keywords)
        case DropoutLayer():
            return Call("Dropout", [layer.rate])
        case LayerNormLayer():
            return Call("LayerNorm")
