import torch.nn.functional as F
from torch import Tensor, nn


class MLPOnXOR(nn.Module):
    """MLP on XOR.

    A hidden layer with a nonlinearity between two linear maps solves what a single
    neuron cannot: the hidden units bend the plane so that one line is enough. Take the
    Tanh out (bypass it) and it fails again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(2, 8)
        self.tanh = nn.Tanh()
        self.neuron = nn.Linear(8, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, point: Tensor) -> Tensor:
        return self._forward(point)[0]

    def _forward(self, point: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs, then what the losses need besides."""
        x = self.hidden(point)  # N x 8
        x = self.tanh(x)  # N x 8
        neuron = self.neuron(x)  # N x 1
        x = self.sigmoid(neuron)  # N x 1
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
