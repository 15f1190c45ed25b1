import torch.nn.functional as F
from torch import Tensor, nn


class IrisMLP(nn.Module):
    """Iris MLP.

    Three species of iris told apart by four lengths of their petals and sepals. A small
    network on standardized features, with a validation split that chooses the best
    epoch; logistic regression on the same split stands beside the result.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, 16)
        self.relu = nn.ReLU()
        self.head = nn.Linear(16, 3)

    def forward(self, features: Tensor) -> Tensor:
        x = self.hidden(features)  # N x 16
        x = self.relu(x)  # N x 16
        x = self.head(x)  # N x 3
        return x

    def losses(
        self, features: Tensor, label: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, tuple[Tensor, Tensor]]]:
        """Return the weighted losses and what each one scored, by name."""
        logits = self(features)
        loss = F.cross_entropy(logits, label)
        losses = {"loss": loss}
        scored = {"loss": (logits, label)}
        return losses, scored
