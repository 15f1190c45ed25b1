import torch.nn.functional as F
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Residual block.

    Two convolutions whose result is added to what came in, so that the gradient has a
    way past them.
    """

    def __init__(self, in_channels: int, channels: int = 32) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(in_channels, channels, 3, padding="same", bias=False)
        self.norm_1 = nn.BatchNorm2d(channels)
        self.relu_1 = nn.ReLU()
        self.conv_2 = nn.Conv2d(channels, channels, 3, padding="same", bias=False)
        self.norm_2 = nn.BatchNorm2d(channels)
        self.relu_2 = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv_1(x)  # N x 32 x 8 x 8
        h = self.norm_1(h)  # N x 32 x 8 x 8
        h = self.relu_1(h)  # N x 32 x 8 x 8
        h = self.conv_2(h)  # N x 32 x 8 x 8
        h = self.norm_2(h)  # N x 32 x 8 x 8
        h = h + x  # N x 32 x 8 x 8
        h = self.relu_2(h)  # N x 32 x 8 x 8
        return h


class DigitsResidualCNN(nn.Module):
    """Digits residual CNN.

    A residual network in small: a stem, then the same block four times in a row. Each
    block adds its result to what came in (He et al., 2015), which keeps gradients alive
    in deep stacks. Open the block to change all four at once; its number of repeats is
    a parameter of the instance.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 32, 3, padding="same")
        self.blocks = nn.Sequential(
            *[ResidualBlock(in_channels=32, channels=32) for _ in range(4)]
        )
        self.head = nn.Linear(32, 10)

    def forward(self, image: Tensor) -> Tensor:
        x = self.stem(image)  # N x 32 x 8 x 8
        x = self.blocks(x)  # N x 32 x 8 x 8
        x = x.mean(dim=(2, 3))  # N x 32
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
