import torch.nn.functional as F
from torch import Tensor, nn


class DigitsMLP(nn.Module):
    """Digits MLP.

    Handwritten digits of 8 x 8 pixels read by two fully connected layers. Flattening
    throws away which pixels are neighbours; compare with the convolutional network on
    the same data.
    """

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.hidden_1 = nn.Linear(64, 128)
        self.relu_1 = nn.ReLU()
        self.hidden_2 = nn.Linear(128, 64)
        self.relu_2 = nn.ReLU()
        self.head = nn.Linear(64, 10)

    def forward(self, image: Tensor) -> Tensor:
        x = self.flatten(image)  # N x 64
        x = self.hidden_1(x)  # N x 128
        x = self.relu_1(x)  # N x 128
        x = self.hidden_2(x)  # N x 64
        x = self.relu_2(x)  # N x 64
        x = self.head(x)  # N x 10
        return x

    def losses(
        self, image: Tensor, label: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, tuple[Tensor, Tensor]]]:
        """Return the weighted losses and what each one scored, by name."""
        logits = self(image)
        loss = F.cross_entropy(logits, label)
        losses = {"loss": loss}
        scored = {"loss": (logits, label)}
        return losses, scored
