"""Points in the plane whose classes form a known figure: what a network can learn is seen at once.

Random numbers come from numpy's RandomState, whose streams are frozen for good: a seed gives the
same points with every version of numpy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from netbuilder.check.fields import Field
from netbuilder.data.source import Dataset, DataSource
from netbuilder.node_api.params import Float, Int

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Points = npt.NDArray[np.float64]
    Labels = npt.NDArray[np.int64]


class _Toy(DataSource):
    """Points with a class each."""

    samples = Int(400, min=2, max=1_000_000, doc="Number of points.")
    noise = Float(0.1, min=0, max=10, doc="Standard deviation of what is added to each coordinate.")
    seed = Int(0, min=0, max=2**32 - 1, doc="Where the random numbers start.")

    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        raise NotImplementedError

    def width(self) -> int:
        """How many coordinates a point has."""
        return 2

    def labels(self, turn: Labels) -> Labels:
        """Return the class of each sample, from its number; the classes take turns."""
        return turn % len(self.classes())

    def draw(self, turn: Labels, random: np.random.RandomState) -> Points:
        """Return the point of each sample, from its number, without noise."""
        raise NotImplementedError

    def fields(self, folder: Path) -> dict[str, Field]:
        """The point and its class."""
        label = Field("label", dtype="int64", classes=self.classes(), role="target")
        return {"point": Field("point", (self.width(),)), "label": label}

    def load(self, folder: Path) -> Dataset:
        """Draw the points."""
        import numpy as np

        random = np.random.RandomState(self.seed)
        turn = np.arange(self.samples, dtype=np.int64)
        label = self.labels(turn)
        point = self.draw(turn, random)
        # Drawn even where it is not wanted: more noise moves the points but draws no others.
        point = point + self.noise * random.standard_normal(point.shape)
        return Dataset({"point": point.astype(np.float32), "label": label}, self.fields(folder))


class Moons(_Toy, id="moons", title="Moons", task="classification"):
    """Two half moons that reach into each other."""

    def classes(self) -> tuple[str, ...]:
        """The two moons."""
        return ("upper", "lower")

    def draw(self, turn: Labels, random: np.random.RandomState) -> Points:
        """Half circles of radius 1 around (0, 0) and (1, 0.5)."""
        import numpy as np

        angle = np.pi * random.random_sample(len(turn))
        upper = np.stack([np.cos(angle), np.sin(angle)], 1)
        return np.where(self.labels(turn)[:, None] == 0, upper, [1.0, 0.5] - upper)


class Circles(_Toy, id="circles", title="Circles", task="classification"):
    """A circle inside another."""

    inner = Float(0.5, min=0, max=1, doc="Radius of the inner circle; the outer one's is 1.")

    def classes(self) -> tuple[str, ...]:
        """The two circles."""
        return ("outer", "inner")

    def draw(self, turn: Labels, random: np.random.RandomState) -> Points:
        """Circles around (0, 0)."""
        import numpy as np

        angle = 2 * np.pi * random.random_sample(len(turn))
        radius = np.where(self.labels(turn) == 0, 1.0, self.inner)
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


class Spirals(_Toy, id="spirals", title="Spirals", task="classification"):
    """Spirals around each other, an arm a class."""

    arms = Int(2, min=2, max=10, doc="Number of spirals, and so of classes.")
    turns = Float(1.5, min=0.1, max=5, doc="How often an arm goes round.")
    noise = Float(0.02, min=0, max=10, doc=_Toy.noise.doc)

    def classes(self) -> tuple[str, ...]:
        """One an arm."""
        return _numbered("spiral", self.arms)

    def draw(self, turn: Labels, random: np.random.RandomState) -> Points:
        """Arms from the centre to radius 1, evenly thick along their length."""
        import numpy as np

        radius = np.sqrt(random.random_sample(len(turn)))
        angle = 2 * np.pi * (self.turns * radius + self.labels(turn) / self.arms)
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


class Blobs(_Toy, id="blobs", title="Blobs", task="classification"):
    """Round clouds around centres at random places, a cloud a class."""

    centres = Int(3, min=2, max=100, doc="Number of clouds, and so of classes.")
    features = Int(2, min=1, max=1000, doc="Number of coordinates of a point.")
    noise = Float(1.0, min=0, max=10, doc=_Toy.noise.doc)

    def classes(self) -> tuple[str, ...]:
        """One a cloud."""
        return _numbered("blob", self.centres)

    def width(self) -> int:
        """As many coordinates as are asked for."""
        return self.features

    def draw(self, turn: Labels, random: np.random.RandomState) -> Points:
        """The centres, in a box from -10 to 10."""
        centres = random.uniform(-10, 10, (self.centres, self.features))
        points: Points = centres[self.labels(turn)]
        return points


class _Gate(_Toy):
    """The four corners of a square with the value of a logical function.

    With 4 samples and no noise the points are the truth table itself.
    """

    table: ClassVar[tuple[int, int, int, int]]

    def classes(self) -> tuple[str, ...]:
        """The two truth values."""
        return ("false", "true")

    def labels(self, turn: Labels) -> Labels:
        """The value at the corner."""
        import numpy as np

        return np.array(self.table, dtype=np.int64)[turn % 4]

    def draw(self, turn: Labels, random: np.random.RandomState) -> Points:
        """The corners (0, 0), (0, 1), (1, 0), (1, 1) in turn."""
        import numpy as np

        return np.stack([turn // 2 % 2, turn % 2], 1).astype(np.float64)


class Xor(_Gate, id="xor", title="XOR", task="classification"):
    """True where one of two inputs is 1, but not both; no straight line parts them."""

    table = (0, 1, 1, 0)


class And(_Gate, id="and", title="AND", task="classification"):
    """True where both inputs are 1."""

    table = (0, 0, 0, 1)


class Or(_Gate, id="or", title="OR", task="classification"):
    """True where at least one of two inputs is 1."""

    table = (0, 1, 1, 1)


def _numbered(word: str, count: int) -> tuple[str, ...]:
    return tuple(f"{word} {number}" for number in range(1, count + 1))


SOURCES: tuple[type[DataSource], ...] = (Moons, Circles, Spirals, Blobs, Xor, And, Or)
