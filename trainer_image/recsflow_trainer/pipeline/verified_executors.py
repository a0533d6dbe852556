"""TFX's executors of generated modules, which look at the module first."""

from typing import Any

from tfx.components.trainer.executor import GenericExecutor
from tfx.components.transform.executor import Executor
from tfx.types.standard_component_specs import MODULE_FILE_KEY

from recsflow_trainer.generated_source import verified_source


class TransformExecutor(Executor):
    """Transform, of a module that is what was generated."""

    def Do(  # noqa: N802
        self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]
    ) -> None:
        """Checks the module, then transforms."""
        verified_source(exec_properties[MODULE_FILE_KEY])
        super().Do(input_dict, output_dict, exec_properties)


class TrainerExecutor(GenericExecutor):
    """Trainer, of a module that is what was generated."""

    def Do(  # noqa: N802
        self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]
    ) -> None:
        """Checks the module, then trains."""
        verified_source(exec_properties[MODULE_FILE_KEY])
        super().Do(input_dict, output_dict, exec_properties)
