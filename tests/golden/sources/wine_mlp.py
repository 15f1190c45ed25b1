import torch.nn.functional as F
from torch import Tensor, nn


class WineMLP(nn.Module):
    """Wine MLP.

    Three growers of wine told apart by thirteen chemical measurements whose units
    differ a thousandfold: standardizing them first is what makes this easy. Dropout and
    weight decay keep a network with more weights than samples from learning the samples
    by heart.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(13, 32)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(32, 3)

    def forward(self, features: Tensor) -> Tensor:
        x = self.hidden(features)  # N x 32
        x = self.relu(x)  # N x 32
        x = self.dropout(x)  # N x 32
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
