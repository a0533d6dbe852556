"""Hardware for the Trainer on Vertex AI, and the machine that carries it."""

from collections.abc import Mapping
from enum import StrEnum


class Accelerator(StrEnum):
    """What a Trainer runs on."""

    CPU = "cpu"
    T4 = "NVIDIA_TESLA_T4"
    L4 = "NVIDIA_L4"
    A100 = "NVIDIA_TESLA_A100"

    @property
    def machine_type(self) -> str:
        """The machine type of Compute Engine that carries one of it; that of any component without one."""
        return _MACHINE_TYPES[self]

    @property
    def cpus(self) -> int:
        """How many virtual CPUs that machine has."""
        return _CPUS[self]


_MACHINE_TYPES: Mapping[Accelerator, str] = {
    Accelerator.CPU: "e2-standard-4",
    Accelerator.T4: "n1-standard-8",
    Accelerator.L4: "g2-standard-8",
    Accelerator.A100: "a2-highgpu-1g",
}
_CPUS: Mapping[Accelerator, int] = {
    Accelerator.CPU: 4,
    Accelerator.T4: 8,
    Accelerator.L4: 8,
    Accelerator.A100: 12,
}
