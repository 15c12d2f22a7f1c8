"""A widget that trains a small network in the browser and shows the output of each unit."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from dlcourse import data, plot
from dlcourse.widgets import _playground_net as net
from dlcourse.widgets._static_image import StaticImageMixin

_EXAMPLES = 200  # in the training set, and in the test set
_STATIC_EPOCHS = 200  # training before the static picture if the browser has not trained
_MAX_LAYERS, _MAX_UNITS = 4, 8


class Playground(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `playground` returns.

    The network is trained in the browser, which sends the weights to Python at every pause. Later
    cells can use `weights`, in the order of Keras' `set_weights`.
    """

    # The files are joined because a widget's JavaScript cannot import other files.
    _esm = "".join(
        (Path(__file__).parent / name).read_text(encoding="utf-8")
        for name in ("playground_net.js", "playground_view.js", "playground.js")
    )

    sets = traitlets.Dict().tag(sync=True)
    names = traitlets.List(list(net.FEATURES)).tag(sync=True)
    data_set = traitlets.Unicode("circle").tag(sync=True)
    noise = traitlets.Float(0.05).tag(sync=True)
    features = traitlets.List(["x1", "x2"]).tag(sync=True)
    hidden = traitlets.List([4, 2]).tag(sync=True)
    activation = traitlets.Unicode("tanh").tag(sync=True)
    learning_rate = traitlets.Float(0.1).tag(sync=True)
    penalty = traitlets.Unicode("none").tag(sync=True)
    penalty_rate = traitlets.Float(0.001).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    trained = traitlets.List().tag(sync=True)  # all weights, flat; [] before training
    epoch = traitlets.Int(0).tag(sync=True)

    @property
    def settings(self) -> net.Settings:
        """The settings of the training, without the data."""
        return net.Settings(
            tuple(self.features), tuple(self.hidden), self.activation, self.learning_rate,
            self.penalty, self.penalty_rate, seed=self.seed,
        )  # fmt: skip

    @property
    def train(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Training points with the current noise, shape (200, 2), and their classes."""
        return data.PLAYGROUND[self.data_set](_EXAMPLES, noise=self.noise, seed=1)

    @property
    def test(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Test points with the current noise, shape (200, 2), and their classes."""
        return data.PLAYGROUND[self.data_set](_EXAMPLES, noise=self.noise, seed=2)

    @property
    def weights(self) -> list[NDArray[np.float64]]:
        """The trained weights [W1, b1, W2, b2, ...].

        If the browser has not trained the network, these are its weights after 200 epochs,
        computed in Python.
        """
        shapes = [weight.shape for weight in net.start(self.settings).weights]
        sizes = [int(np.prod(shape)) for shape in shapes]
        if len(self.trained) != sum(sizes):
            return self.after(_STATIC_EPOCHS)
        parts = np.split(np.asarray(self.trained, dtype=float), np.cumsum(sizes)[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]

    def inputs(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the selected features of points, shape (n, 2) -> (n, n_features)."""
        return net.inputs(np.asarray(X, dtype=float), self.features)

    def after(self, epochs: int) -> list[NDArray[np.float64]]:
        """Return the weights after `epochs` epochs from the initial weights, computed in Python."""
        X, y = self.train
        features, learner = self.inputs(X), net.start(self.settings)
        for _ in range(epochs):
            net.train_epoch(learner, self.settings, features, y)
        return learner.weights

    def accuracy(self, weights: Sequence[NDArray[np.float64]] | None = None) -> float:
        """Return the fraction of test points that the network classifies correctly."""
        X, y = self.test
        probabilities = self._predict(X, self.weights if weights is None else weights)
        return float(((probabilities > 0.5) == y).mean())

    def static_picture(self) -> plot.Picture:
        """Draw the output of the network and of each hidden unit."""
        weights = self.weights
        X, y = self.train
        depth = self.epoch if self.trained else _STATIC_EPOCHS
        layers = [*self.hidden, 1]
        panels = [
            plot.decision_boundary(
                partial(self._unit_output, weights, layer, unit),
                level=0.0,
                title=f"layer {layer + 1}, unit {unit + 1}",
                xlabel="", ylabel="", resolution=50,
            )
            for layer, units in enumerate(layers[:-1])
            for unit in range(units)
        ]  # fmt: skip
        whole = plot.decision_boundary(
            lambda Z: self._predict(Z, weights), X, y, title=f"the network after {depth} epochs"
        )
        return plot.side_by_side(
            whole,
            *panels,
            columns=min(4, 1 + len(panels)),
            title=self.title,
            caption=f"{self.data_set}: {self.accuracy(weights):.0%} of the test points are "
            "classified correctly. In JupyterLab you can train the network and change it.",
        )

    def _predict(self, X: Any, weights: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        probabilities: NDArray[np.float64] = net.forward(weights, self.activation, self.inputs(X))[
            -1
        ][:, 0]
        return probabilities

    def _unit_output(
        self, weights: Sequence[NDArray[np.float64]], layer: int, unit: int, X: Any
    ) -> NDArray[np.float64]:
        answer = net.forward(weights, self.activation, self.inputs(X))[layer + 1][:, unit]
        values: NDArray[np.float64] = 2 * answer - 1 if self.activation == "sigmoid" else answer
        return values


def playground(
    data_set: str = "circle",
    *,
    features: Sequence[str] = ("x1", "x2"),
    hidden: Sequence[int] = (4, 2),
    activation: str = "tanh",
    learning_rate: float = 0.1,
    penalty: str = "none",
    penalty_rate: float = 0.001,
    noise: float = 0.05,
    seed: int = 0,
    title: str = "",
) -> Playground:
    """Return a small network for two classes of points, to train in the browser.

    The output is one logistic unit. Training minimizes the log loss with minibatches of ten
    examples, without momentum.

    Parameters
    ----------
    data_set
        "gaussian", "circle", "xor" or "spiral", with 200 training and 200 test points.
    features
        Inputs of the network: some of "x1", "x2", "x1²", "x2²", "x1x2", "sin 5x1", "sin 5x2".
    hidden
        Number of units of each hidden layer: at most four layers, at most eight units each.
    activation
        Activation of the hidden units: "tanh", "relu", "sigmoid" or "linear".
    learning_rate
        Learning rate.
    penalty, penalty_rate
        Regularization, "none", "L1" or "L2", and its strength.
    noise
        Standard deviation of the noise added to each coordinate of the points.
    seed
        Seed of the initial weights and of the order of examples.
    title
        Text above the widget.

    Raises
    ------
    ValueError
        If the playground does not have a data set, feature, activation or penalty of that name,
        or if there are no features, too many layers or too many units.
    """
    _require(data_set, data.PLAYGROUND, "data set")
    _require(activation, net.ACTIVATIONS, "activation")
    _require(penalty, net.PENALTIES, "penalty")
    for name in features:
        _require(name, net.FEATURES, "feature")
    units = [int(n) for n in hidden]
    if not features or len(units) > _MAX_LAYERS or not all(1 <= n <= _MAX_UNITS for n in units):
        message = (
            f"The playground has at least one feature and at most {_MAX_LAYERS} hidden layers of "
            f"1 to {_MAX_UNITS} units; received {len(features)} features and hidden={units}."
        )
        raise ValueError(message)
    return Playground(
        sets={name: _clean_points_and_noise(make) for name, make in data.PLAYGROUND.items()},
        data_set=data_set,
        features=[name for name in net.FEATURES if name in features],
        hidden=units,
        activation=activation,
        learning_rate=float(learning_rate),
        penalty=penalty,
        penalty_rate=float(penalty_rate),
        noise=float(noise),
        seed=int(seed),
        title=title,
    )


def _require(given: str, known: Any, what: str) -> None:
    if given not in known:
        message = f"The playground has no {what} {given!r}. Expected one of {', '.join(known)}."
        raise ValueError(message)


def _clean_points_and_noise(make: Any) -> dict[str, list[list[float]]]:
    """Return a data set without noise, and the noise: points = clean + amount · spread.

    Rows are [clean x1, clean x2, spread x1, spread x2, label]; the browser sets the amount.
    """
    parts = {}
    for name, seed in (("train", 1), ("test", 2)):
        clean, labels = make(_EXAMPLES, noise=0.0, seed=seed)
        spread = make(_EXAMPLES, noise=1.0, seed=seed)[0] - clean
        parts[name] = np.c_[clean, spread, labels].round(9).tolist()
    return parts
