"""The machine of a Trainer with an accelerator, as Vertex AI picks it."""

from google.protobuf.message import Message
from kfp.pipeline_spec import pipeline_spec_pb2

from recsflow_trainer.pipeline.topology import Accelerator

ResourceSpec = pipeline_spec_pb2.PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec

# Vertex takes the machine type nearest to the limits, and each accelerator fits one family of machines only:
# these are the CPUs and gigabytes of n1-standard-8, g2-standard-8 and a2-highgpu-1g.
MACHINES: dict[Accelerator, tuple[int, int]] = {
    Accelerator.T4: (8, 30),
    Accelerator.L4: (8, 32),
    Accelerator.A100: (12, 85),
}


def trainer_resources(accelerator: Accelerator) -> Message:
    """Returns the Trainer's platform config: one accelerator and the machine that carries it."""
    cpus, memory_gb = MACHINES[accelerator]
    return ResourceSpec(
        cpu_limit=cpus,
        memory_limit=memory_gb,
        accelerator=ResourceSpec.AcceleratorConfig(type=accelerator.value, count=1),
    )
