"""The small real data sets that come with scikit-learn; nothing is downloaded.

What they hold is written down here, so that a network is checked without importing scikit-learn.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from netbuilder.check.fields import Field
from netbuilder.data.source import Dataset, DataSource

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from netbuilder.data.arrays import Array

_DIGITS = tuple("0123456789")


class Digits(DataSource, id="digits", title="Digits", task="classification"):
    """1,797 handwritten digits as grey images of 8 x 8 pixels.

    Beside the whole image there are its upper and lower half, and whether the digit is even, for
    networks with several inputs and losses.

    Source: https://archive.ics.uci.edu/dataset/80 (the test set)
    """

    def fields(self, folder: Path) -> dict[str, Field]:
        """The image, its two halves, the digit, and whether that is even."""
        return _by_name(
            Field("image", (1, 8, 8)),
            Field("label", dtype="int64", classes=_DIGITS, role="target"),
            Field("top", (1, 4, 8)),
            Field("bottom", (1, 4, 8)),
            Field("is_even", dtype="int64", classes=("odd", "even"), role="target"),
        )

    def load(self, folder: Path) -> Dataset:
        """Grey values go from 0 to 1."""
        import numpy as np
        from sklearn.datasets import load_digits

        values, label = load_digits(return_X_y=True)
        image = (values / 16).astype(np.float32).reshape(-1, 1, 8, 8)
        label = label.astype(np.int64)
        arrays = {
            "image": image,
            "label": label,
            "top": np.ascontiguousarray(image[:, :, :4]),
            "bottom": np.ascontiguousarray(image[:, :, 4:]),
            "is_even": (label + 1) % 2,
        }
        notes = ("The grey values of image, top and bottom, 0 to 16, are divided by 16.",)
        return Dataset(arrays, self.fields(folder), notes)


class _Table(DataSource):
    """A table of numbers with the answer in the last column."""

    columns: ClassVar[tuple[str, ...]]
    classes: ClassVar[tuple[str, ...]] = ()

    def fields(self, folder: Path) -> dict[str, Field]:
        """The columns as one field, and the answer."""
        features = Field("features", (len(self.columns),))
        if self.classes:
            label = Field("label", dtype="int64", classes=self.classes, role="target")
            return _by_name(features, label)
        return _by_name(features, Field("target", role="target"))

    def load(self, folder: Path) -> Dataset:
        """The columns are as they were measured; nothing is scaled."""
        import numpy as np

        values, answer = self._read()
        arrays: dict[str, Array] = {"features": values.astype(np.float32)}
        if self.classes:
            arrays["label"] = answer.astype(np.int64)
        else:
            arrays["target"] = answer.astype(np.float32)
        return Dataset(arrays, self.fields(folder), columns={"features": self.columns})

    def _read(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        raise NotImplementedError


class Iris(_Table, id="iris", title="Iris", task="classification"):
    """150 iris flowers of three species, four lengths of each.

    Source: https://archive.ics.uci.edu/dataset/53
    """

    columns = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
    classes = ("setosa", "versicolor", "virginica")

    def _read(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        from sklearn.datasets import load_iris

        return load_iris(return_X_y=True)  # type: ignore[no-any-return]


class Wine(_Table, id="wine", title="Wine", task="classification"):
    """178 wines of three growers, thirteen chemical measurements of each.

    Source: https://archive.ics.uci.edu/dataset/109
    """

    columns = (
        "alcohol",
        "malic_acid",
        "ash",
        "alcalinity_of_ash",
        "magnesium",
        "total_phenols",
        "flavanoids",
        "nonflavanoid_phenols",
        "proanthocyanins",
        "color_intensity",
        "hue",
        "od280/od315_of_diluted_wines",
        "proline",
    )
    classes = ("class_0", "class_1", "class_2")

    def _read(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        from sklearn.datasets import load_wine

        return load_wine(return_X_y=True)  # type: ignore[no-any-return]


class BreastCancer(_Table, id="breast_cancer", title="Breast cancer", task="classification"):
    """569 tumours, malignant or benign, thirty measurements of cell nuclei of each.

    Source: https://archive.ics.uci.edu/dataset/17
    """

    columns = tuple(
        f"{kind}{name}{suffix}"
        for kind, suffix in (("mean ", ""), ("", " error"), ("worst ", ""))
        for name in (
            "radius",
            "texture",
            "perimeter",
            "area",
            "smoothness",
            "compactness",
            "concavity",
            "concave points",
            "symmetry",
            "fractal dimension",
        )
    )
    classes = ("malignant", "benign")

    def _read(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        from sklearn.datasets import load_breast_cancer

        return load_breast_cancer(return_X_y=True)  # type: ignore[no-any-return]


class Diabetes(_Table, id="diabetes", title="Diabetes", task="regression"):
    """442 patients, ten measurements of each, and how far the disease was a year later.

    Source: https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html
    """

    columns = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")

    def _read(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        from sklearn.datasets import load_diabetes

        # The scaled version was scaled over all samples, so it would tell the training of the test.
        return load_diabetes(return_X_y=True, scaled=False)  # type: ignore[no-any-return]


def _by_name(*fields: Field) -> dict[str, Field]:
    return {field.name: field for field in fields}


SOURCES: tuple[type[DataSource], ...] = (Digits, Iris, Wine, BreastCancer, Diabetes)
