import torch.nn.functional as F
from torch import Tensor, nn


class DigitsCNN(nn.Module):
    """Digits CNN.

    Handwritten digits of 8 x 8 pixels read by three convolutions. Each slides small
    learned kernels over the picture, so a stroke is recognized wherever it lies;
    pooling makes the picture smaller as the number of channels grows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(1, 32, 3, padding="same", bias=False)
        self.norm_1 = nn.BatchNorm2d(32)
        self.relu_1 = nn.ReLU()
        self.conv_2 = nn.Conv2d(32, 32, 3, padding="same", bias=False)
        self.norm_2 = nn.BatchNorm2d(32)
        self.relu_2 = nn.ReLU()
        self.pool_1 = nn.MaxPool2d(2)
        self.conv_3 = nn.Conv2d(32, 64, 3, padding="same", bias=False)
        self.norm_3 = nn.BatchNorm2d(64)
        self.relu_3 = nn.ReLU()
        self.pool_2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(256, 10)

    def forward(self, image: Tensor) -> Tensor:
        x = self.conv_1(image)  # N x 32 x 8 x 8
        x = self.norm_1(x)  # N x 32 x 8 x 8
        x = self.relu_1(x)  # N x 32 x 8 x 8
        x = self.conv_2(x)  # N x 32 x 8 x 8
        x = self.norm_2(x)  # N x 32 x 8 x 8
        x = self.relu_2(x)  # N x 32 x 8 x 8
        x = self.pool_1(x)  # N x 32 x 4 x 4
        x = self.conv_3(x)  # N x 64 x 4 x 4
        x = self.norm_3(x)  # N x 64 x 4 x 4
        x = self.relu_3(x)  # N x 64 x 4 x 4
        x = self.pool_2(x)  # N x 64 x 2 x 2
        x = self.flatten(x)  # N x 256
        x = self.dropout(x)  # N x 256
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
