"""The standard node library: one file a family, reached through the catalogue only."""

# The order of the palette; a category that is not listed comes after these.
CATEGORIES = (
    "Input and output",
    "Linear",
    "Convolution",
    "Pooling",
    "Activation",
    "Normalization",
    "Regularization",
    "Shape",
    "Arithmetic",
    "Reduction",
    "Selection",
    "Recurrent",
    "Attention",
    "Loss",
    "Group",
)
