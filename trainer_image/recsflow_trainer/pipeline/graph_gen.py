"""The component that turns staged rows into a manifest of graphs."""

from tfx.dsl.component.experimental.annotations import OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils
from tfx.types.standard_artifacts import Examples


@component
def GraphGen(  # noqa: N802 (a component, which TFX makes of the function)
    rows_uri: Parameter[str],
    graph_options: Parameter[str],
    graphs: OutputArtifact[Examples],
) -> None:
    """Writes `manifest.csv` and its arrays.

    The Trainer takes nothing but Examples, so that is what the graphs are called; their splits are a column
    of the manifest at the artifact's root instead of folders.
    """
    # Imported where it runs: whoever compiles the pipeline needs none of it.
    from recsflow_trainer.graphs.baskets.generation import write_basket_graphs
    from recsflow_trainer.graphs.baskets.options import GraphOptions
    from recsflow_trainer.graphs.manifest import SPLITS

    graphs.split_names = artifact_utils.encode_split_names(list(SPLITS))
    write_basket_graphs(rows_uri, GraphOptions.from_json(graph_options), graphs.uri)
