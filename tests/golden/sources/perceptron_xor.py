import torch.nn.functional as F
from torch import Tensor, nn


class PerceptronOnXOR(nn.Module):
    """Perceptron on XOR.

    The same single neuron, asked for XOR: true where exactly one input is 1. No
    straight line separates the two classes, so at most three of the four cases come out
    right, however long it trains. Minsky and Papert showed this in 1969.
    """

    def __init__(self) -> None:
        super().__init__()
        self.neuron = nn.Linear(2, 1)

    def forward(self, point: Tensor) -> Tensor:
        return self._forward(point)[0]

    def _forward(self, point: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs, then what the losses need besides."""
        neuron = self.neuron(point)  # N x 1
        x = (neuron >= 0).to(neuron.dtype)  # N x 1
        return x, neuron

    def losses(
        self, point: Tensor, label: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, tuple[Tensor, Tensor]]]:
        """Return the weighted losses and what each one scored, by name."""
        _, neuron = self._forward(point)
        loss = F.binary_cross_entropy_with_logits(neuron, label)
        losses = {"loss": loss}
        scored = {"loss": (neuron, label)}
        return losses, scored
