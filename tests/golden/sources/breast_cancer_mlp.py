import torch.nn.functional as F
from torch import Tensor, nn


class BreastCancerMLP(nn.Module):
    """Breast cancer MLP.

    Benign or malignant, from thirty measurements of cell nuclei. One output and a
    binary loss; the area under the ROC curve says how well the scores rank the cases,
    whatever threshold is chosen later.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(30, 16)
        self.relu = nn.ReLU()
        self.head = nn.Linear(16, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, features: Tensor) -> Tensor:
        return self._forward(features)[0]

    def _forward(self, features: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs, then what the losses need besides."""
        x = self.hidden(features)  # N x 16
        x = self.relu(x)  # N x 16
        head = self.head(x)  # N x 1
        x = self.sigmoid(head)  # N x 1
        return x, head

    def losses(
        self, features: Tensor, label: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, tuple[Tensor, Tensor]]]:
        """Return the weighted losses and what each one scored, by name."""
        _, head = self._forward(features)
        loss = F.binary_cross_entropy_with_logits(head, label)
        losses = {"loss": loss}
        scored = {"loss": (head, label)}
        return losses, scored
