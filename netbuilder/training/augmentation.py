"""Change samples at random as they are trained on, whole batches at once.

The exported training script takes this file along, so it imports torch alone. Random
numbers come from torch's own generator, whose state checkpoints hold: a resumed
training draws the same.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

# Kinds of tensors in a batch; what has none of them is left as it is.
IMAGE = "image"  # (N, C, H, W), numbers: moved and recoloured
TARGET_IMAGE = "target_image"  # the same, to be predicted: moved, never recoloured
MASK = "mask"  # (N, H, W), a class for every pixel: moved like the image
NUMBERS = "numbers"  # (N, ...), numbers of any other shape: noise
TOKENS = "tokens"  # (N, T), whole numbers: some are hidden
CLASS = "class"  # (N,), the class of each sample: mixed as shares
AMOUNT = "amount"  # (N, ...), numbers to be predicted: mixed

_MOVED = (IMAGE, TARGET_IMAGE, MASK)
_GREY = (0.299, 0.587, 0.114)  # how bright red, green and blue seem: ITU-R BT.601

Settings = Mapping[str, float]
Kinds = Sequence[str]
Change = Callable[[list[Tensor]], list[Tensor]]


def augmentation(settings: Settings, kinds: Kinds, classes: Sequence[int]) -> Change:
    """Return the function that changes a batch.

    Args:
        settings: What is done and how much of it, by name; 0 leaves it out.
            ``flip_horizontal``, ``flip_vertical``, ``blur``, ``erase`` and
            ``mask_tokens`` are probabilities; ``rotate`` and ``shear`` the largest
            angles in degrees; ``translate`` the largest share of the size; ``scale``,
            ``brightness``, ``contrast`` and ``saturation`` the largest change of a
            factor; ``crop`` pixels; ``gaussian_noise`` a standard deviation;
            ``mask_token`` what hides a token; ``mixup`` and ``cutmix`` the alpha of
            their Beta distributions.
        kinds: What each tensor of a batch is.
        classes: How many classes each tensor has; 0 where it is no class.
    """
    get = settings.get
    noise = get("gaussian_noise", 0)

    def moved(batch: list[Tensor]) -> list[Tensor]:
        """Flip, turn and shift images with their masks."""
        places = [i for i, kind in enumerate(kinds) if kind in _MOVED]
        if not places:
            return batch
        count, device = len(batch[0]), batch[places[0]].device
        move = _moves(settings, count, device)
        across = _chance(get("flip_horizontal", 0), count, device)
        down = _chance(get("flip_vertical", 0), count, device)
        shift = _shifts(int(get("crop", 0)), count, device)
        for i in places:
            batch[i] = _as_images(
                batch[i], lambda x: _moved(x, move, across, down, shift), kinds[i]
            )
        return batch

    def changed(batch: list[Tensor]) -> list[Tensor]:
        batch = moved(batch)
        for i, kind in enumerate(kinds):
            if kind == IMAGE:
                batch[i] = _recoloured(batch[i], settings)
            if kind in (IMAGE, NUMBERS) and noise:
                batch[i] = batch[i] + torch.randn_like(batch[i]) * noise
            if kind == TOKENS and get("mask_tokens", 0):
                chances = torch.rand(batch[i].shape, device=batch[i].device)
                hidden = chances < get("mask_tokens", 0)
                batch[i] = batch[i].masked_fill(hidden, int(get("mask_token", 0)))
        if get("mixup", 0) or get("cutmix", 0):
            batch = _mixed(batch, kinds, classes, get("mixup", 0), get("cutmix", 0))
        return batch

    return changed


# Where pixels go.


def _moves(settings: Settings, count: int, device: torch.device) -> Tensor | None:
    """The matrices (N, 2, 3) from a pixel of the result to one of the image."""
    names = ("rotate", "shear", "scale", "translate")
    if not any(settings.get(name, 0) for name in names):
        return None
    rotate, shear, scale, shift = (settings.get(name, 0) for name in names)
    turn = _between(math.radians(rotate), count, device)
    slant = torch.tan(_between(math.radians(shear), count, device))
    size = 1 / (1 + _between(scale, count, device))
    across = 2 * _between(shift, count, device)
    down = 2 * _between(shift, count, device)
    cos, sin = torch.cos(turn) * size, torch.sin(turn) * size
    rows = (cos, cos * slant - sin, across, sin, sin * slant + cos, down)
    return torch.stack(rows, 1).view(count, 2, 3)


def _shifts(crop: int, count: int, device: torch.device) -> Tensor | None:
    """By how many pixels (N, 2) each image is moved down and across."""
    if not crop:
        return None
    return torch.randint(-crop, crop + 1, (count, 2), device=device)


def _as_images(values: Tensor, change: Callable[[Tensor], Tensor], kind: str) -> Tensor:
    """Change a mask as an image of one channel, whose numbers stay whole."""
    if kind != MASK:
        return change(values)
    return change(values.unsqueeze(1).double()).round().to(values.dtype).squeeze(1)


def _moved(
    images: Tensor,
    move: Tensor | None,
    across: Tensor | None,
    down: Tensor | None,
    shift: Tensor | None,
) -> Tensor:
    """Move images (N, C, H, W); what comes in from outside is 0."""
    if across is not None:
        images = torch.where(_wide(across), images.flip(-1), images)
    if down is not None:
        images = torch.where(_wide(down), images.flip(-2), images)
    if shift is not None:
        images = _shifted(images, shift)
    if move is None:
        return images
    height, width = images.shape[-2:]
    # In a grid from -1 to 1 the pixels of a wide image are not square: turn in pixels.
    ratio = torch.ones_like(move)
    ratio[:, 0, 1], ratio[:, 1, 0] = height / width, width / height
    grid = functional.affine_grid(
        (move * ratio).to(images.dtype), list(images.shape), align_corners=False
    )
    # Only classes come as double: between two of them there is none.
    how = "nearest" if images.dtype == torch.float64 else "bilinear"
    return functional.grid_sample(images, grid, how, "zeros", align_corners=False)


def _shifted(images: Tensor, shift: Tensor) -> Tensor:
    count, _, height, width = images.shape
    rows = torch.arange(height, device=images.device) - shift[:, :1]
    columns = torch.arange(width, device=images.device) - shift[:, 1:]
    is_row = (rows >= 0) & (rows < height)
    is_column = (columns >= 0) & (columns < width)
    inside = is_row[:, :, None] & is_column[:, None]
    down, across = rows.clamp(0, height - 1) * width, columns.clamp(0, width - 1)
    flat = images.flatten(2)
    place = (down[:, :, None] + across[:, None]).view(count, 1, -1).expand(flat.shape)
    return flat.gather(2, place).view(images.shape) * inside.unsqueeze(1)


# What pixels become.


def _recoloured(images: Tensor, settings: Settings) -> Tensor:
    get, count, device = settings.get, len(images), images.device
    brightness, contrast = get("brightness", 0), get("contrast", 0)
    if brightness:
        images = images * _wide(1 + _between(brightness, count, device))
    if contrast:
        mean = images.mean((1, 2, 3), keepdim=True)
        images = mean + (images - mean) * _wide(1 + _between(contrast, count, device))
    saturation = get("saturation", 0)
    if saturation and images.shape[1] == len(_GREY):
        share = torch.tensor(_GREY, device=device, dtype=images.dtype).view(1, -1, 1, 1)
        grey = (images * share).sum(1, keepdim=True)
        images = grey + (images - grey) * _wide(1 + _between(saturation, count, device))
    blurred = _chance(get("blur", 0), count, device)
    if blurred is not None:
        images = torch.where(_wide(blurred), _blurred(images), images)
    erased = _chance(get("erase", 0), count, device)
    if erased is not None:
        hidden = _wide(erased) & _rectangles(images, 0.02, 0.33)
        images = images.masked_fill(hidden, 0.0)
    return images


def _blurred(images: Tensor) -> Tensor:
    """Average each pixel with its neighbours, by 1, 2, 1 down and across."""
    row = torch.tensor((0.25, 0.5, 0.25), device=images.device, dtype=images.dtype)
    kernel = torch.outer(row, row).expand(images.shape[1], 1, 3, 3)
    wider = functional.pad(images, (1, 1, 1, 1), mode="replicate")
    return functional.conv2d(wider, kernel, groups=images.shape[1])


def _rectangles(images: Tensor, least: float, most: float) -> Tensor:
    """Where (N, 1, H, W) a rectangle lies that covers a share between two of its image.

    Random erasing: Zhong et al., 2020, https://arxiv.org/abs/1708.04896.
    """
    count = len(images)
    share = least + (most - least) * torch.rand(count, device=images.device)
    ratio = torch.exp(_between(math.log(3.0), count, images.device))
    tall = torch.sqrt(share * ratio).clamp(max=1.0)
    wide = (share / tall).clamp(max=1.0)
    return _boxes(_corners(tall, wide), tall, wide, images).unsqueeze(1)


def _corners(tall: Tensor, wide: Tensor) -> Tensor:
    """Where (N, 2) boxes that lie inside begin, as shares of the height and width."""
    free = 1 - torch.stack((tall, wide), 1)
    return torch.rand(len(tall), 2, device=tall.device) * free


def _boxes(corners: Tensor, tall: Tensor, wide: Tensor, images: Tensor) -> Tensor:
    """Which pixels (N, H, W) lie in boxes of a share of the height and width."""
    height, width = images.shape[-2:]
    y = (torch.arange(height, device=tall.device) + 0.5) / height
    x = (torch.arange(width, device=tall.device) + 0.5) / width
    top, left = corners[:, :1], corners[:, 1:]
    rows = (y >= top) & (y < top + tall[:, None])
    columns = (x >= left) & (x < left + wide[:, None])
    return rows[:, :, None] & columns[:, None, :]


# Two samples in one.


def _mixed(
    batch: list[Tensor],
    kinds: Kinds,
    classes: Sequence[int],
    mixup: float,
    cutmix: float,
) -> list[Tensor]:
    """Mix every sample with another one, and targets in the same shares.

    mixup: Zhang et al., 2018, https://arxiv.org/abs/1710.09412. CutMix: Yun et al.,
    2019, https://arxiv.org/abs/1905.04899. Where both are wanted, a coin decides.
    """
    cut = bool(cutmix) and (not mixup or bool(torch.rand(()) < 0.5))
    alpha = cutmix if cut else mixup
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    other = torch.randperm(len(batch[0]), device=batch[0].device)
    if cut:
        batch, share = _pasted(batch, kinds, other, share)
    for i, kind in enumerate(kinds):
        if kind == CLASS:
            shares = functional.one_hot(batch[i].long(), classes[i]).float()
            batch[i] = share * shares + (1 - share) * shares[other]
        elif kind == AMOUNT or (not cut and kind in (IMAGE, NUMBERS, TARGET_IMAGE)):
            batch[i] = share * batch[i] + (1 - share) * batch[i][other]
    return batch


def _pasted(
    batch: list[Tensor], kinds: Kinds, other: Tensor, share: float
) -> tuple[list[Tensor], float]:
    """Put a rectangle of another sample into every image; tell the share left, too."""
    side = torch.full((1,), math.sqrt(1 - share), device=other.device)
    corner = _corners(side, side)
    kept = share
    for i, kind in enumerate(kinds):
        if kind in _MOVED:
            box = _boxes(corner, side, side, batch[i])
            kept = 1 - float(box.float().mean())
            where = box if kind == MASK else box.unsqueeze(1)
            batch[i] = torch.where(where, batch[i][other], batch[i])
    return batch, kept


# Random numbers.


def _chance(probability: float, count: int, device: torch.device) -> Tensor | None:
    """Which samples are meant; None where none can be."""
    return torch.rand(count, device=device) < probability if probability else None


def _between(most: float, count: int, device: torch.device) -> Tensor:
    """Numbers between minus and plus a largest one."""
    return (2 * torch.rand(count, device=device) - 1) * most


def _wide(values: Tensor) -> Tensor:
    """A number a sample, for images."""
    return values.view(-1, 1, 1, 1)
