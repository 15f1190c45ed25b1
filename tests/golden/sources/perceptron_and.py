import torch.nn.functional as F
from torch import Tensor, nn


class PerceptronOnAND(nn.Module):
    """Perceptron on AND.

    One artificial neuron: a weighted sum of two inputs, a bias and a threshold.
    Training finds weights whose sum is above zero only where both inputs are 1, so the
    neuron computes AND. The loss looks at the sum before the threshold, because a step
    has no slope to learn from.
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
