import torch.nn.functional as F
from torch import Tensor, nn


class DigitRowsThroughAnLSTM(nn.Module):
    """Digit rows through an LSTM.

    A digit read as a sequence: eight rows of eight pixels, one after the other. The
    LSTM keeps what it has seen in its state, and only its last output is classified.
    Not the best way to read digits, but a clear picture of what recurrence does.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, 64, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, rows: Tensor) -> Tensor:
        x = self.lstm(rows)[0][:, -1]  # N x 64
        x = self.head(x)  # N x 10
        return x

    def losses(
        self, rows: Tensor, label: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, tuple[Tensor, Tensor]]]:
        """Return the weighted losses and what each one scored, by name."""
        logits = self(rows)
        loss = F.cross_entropy(logits, label)
        losses = {"loss": loss}
        scored = {"loss": (logits, label)}
        return losses, scored
