import torch
import torch.nn.functional as F
from torch import Tensor, nn


class TwoInputsTwoLosses(nn.Module):
    """Two inputs, two losses.

    The upper and the lower half of a digit come in at two inputs, each read by a
    convolution of its own and joined. Two heads answer two questions at once: which
    digit, and is it even. Training makes the sum of the two losses smaller, each times
    its weight.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv_top = nn.Conv2d(1, 32, 3, padding="same")
        self.relu_top = nn.ReLU()
        self.flatten_top = nn.Flatten()
        self.conv_bottom = nn.Conv2d(1, 32, 3, padding="same")
        self.relu_bottom = nn.ReLU()
        self.flatten_bottom = nn.Flatten()
        self.hidden = nn.Linear(2048, 64)
        self.relu = nn.ReLU()
        self.digit_head = nn.Linear(64, 10)
        self.even_head = nn.Linear(64, 1)

    def forward(self, top: Tensor, bottom: Tensor) -> tuple[Tensor, Tensor]:
        x = self.conv_top(top)  # N x 32 x 4 x 8
        x = self.relu_top(x)  # N x 32 x 4 x 8
        x = self.flatten_top(x)  # N x 1024
        h = self.conv_bottom(bottom)  # N x 32 x 4 x 8
        h = self.relu_bottom(h)  # N x 32 x 4 x 8
        h = self.flatten_bottom(h)  # N x 1024
        x = torch.cat((x, h), dim=1)  # N x 2048
        x = self.hidden(x)  # N x 64
        relu = self.relu(x)  # N x 64
        x = self.digit_head(relu)  # N x 10
        h = self.even_head(relu)  # N x 1
        return x, h

    def losses(
        self, top: Tensor, bottom: Tensor, is_even: Tensor, label: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, tuple[Tensor, Tensor]]]:
        """Return the weighted losses and what each one scored, by name."""
        digit, even = self(top, bottom)
        digit_loss = F.cross_entropy(digit, label)
        even_loss = F.binary_cross_entropy_with_logits(even, is_even)
        losses = {"digit_loss": digit_loss, "even_loss": 0.5 * even_loss}
        scored = {"digit_loss": (digit, label), "even_loss": (even, is_even)}
        return losses, scored
