import torch.nn.functional as F
from torch import Tensor, nn


class DiabetesRegression(nn.Module):
    """Diabetes regression.

    How far the disease progresses in a year, from ten measurements of the patient. The
    target is standardized like the features, the loss is the mean squared error, and R2
    says what share of the variance is explained; ridge regression is hard to beat on
    442 patients.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(32, 1)

    def forward(self, features: Tensor) -> Tensor:
        x = self.hidden(features)  # N x 32
        x = self.relu(x)  # N x 32
        x = self.dropout(x)  # N x 32
        x = self.head(x)  # N x 1
        return x

    def losses(
        self, features: Tensor, target: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, tuple[Tensor, Tensor]]]:
        """Return the weighted losses and what each one scored, by name."""
        progression = self(features)
        loss = F.mse_loss(progression, target)
        losses = {"loss": loss}
        scored = {"loss": (progression, target)}
        return losses, scored
