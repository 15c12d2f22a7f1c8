"""A network that trains in the browser: data, features, layers, and what every unit sees."""

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
from dlcourse.widgets._static_image import with_still

_EXAMPLES = 200  # to train on, and as many to test on
_STILL_EPOCHS = 200  # what the picture shows when no browser has trained anything
_MOST_LAYERS, _MOST_UNITS = 4, 8


class Playground(anywidget.AnyWidget):  # type: ignore[misc]
    """The widget; `playground` makes one.

    The network lives in the browser. Its weights come back whenever it pauses, so that a later
    cell can use the net that the reader trained: `weights`, in the order of Keras' `set_weights`.
    """

    # Three files put together, since a widget's JavaScript cannot import what lies beside it.
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
    trained = traitlets.List().tag(sync=True)  # flat, as the browser left it; [] before
    epoch = traitlets.Int(0).tag(sync=True)

    @property
    def settings(self) -> net.Settings:
        """What training depends on, apart from the data."""
        return net.Settings(
            tuple(self.features), tuple(self.hidden), self.activation, self.learning_rate,
            self.penalty, self.penalty_rate, seed=self.seed,
        )  # fmt: skip

    @property
    def train(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The training points at the present noise, (200, 2), and their classes."""
        return data.PLAYGROUND[self.data_set](_EXAMPLES, noise=self.noise, seed=1)

    @property
    def test(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The test points, which are not trained on, and their classes."""
        return data.PLAYGROUND[self.data_set](_EXAMPLES, noise=self.noise, seed=2)

    @property
    def weights(self) -> list[NDArray[np.float64]]:
        """[W1, b1, W2, b2, …] as the browser left them.

        Where none has trained yet: those of the same net after 200 epochs, computed here.
        """
        shapes = [weight.shape for weight in net.start(self.settings).weights]
        sizes = [int(np.prod(shape)) for shape in shapes]
        if len(self.trained) != sum(sizes):
            return self.after(_STILL_EPOCHS)
        parts = np.split(np.asarray(self.trained, dtype=float), np.cumsum(sizes)[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]

    def inputs(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return what the net is shown of points, shape (n, 2) -> (n, n_features)."""
        return net.inputs(np.asarray(X, dtype=float), self.features)

    def after(self, epochs: int) -> list[NDArray[np.float64]]:
        """Return the weights after so many epochs from the start, computed in Python."""
        X, y = self.train
        features, learner = self.inputs(X), net.start(self.settings)
        for _ in range(epochs):
            net.train_epoch(learner, self.settings, features, y)
        return learner.weights

    def accuracy(self, weights: Sequence[NDArray[np.float64]] | None = None) -> float:
        """Return the share of test points that the net gets right."""
        X, y = self.test
        said = self._say(X, self.weights if weights is None else weights)
        return float(((said > 0.5) == y).mean())

    def still(self) -> plot.Picture:
        """Return the present net as a picture: what each unit answers, and the whole."""
        weights = self.weights
        X, y = self.train
        depth = self.epoch if self.trained else _STILL_EPOCHS
        layers = [*self.hidden, 1]
        panels = [
            plot.decision_boundary(
                partial(self._unit, weights, layer, unit),
                level=0.0,
                title=f"layer {layer + 1}, unit {unit + 1}",
                xlabel="", ylabel="", resolution=50,
            )
            for layer, units in enumerate(layers[:-1])
            for unit in range(units)
        ]  # fmt: skip
        whole = plot.decision_boundary(
            lambda Z: self._say(Z, weights), X, y, title=f"the net after {depth} epochs"
        )
        return plot.side_by_side(
            whole,
            *panels,
            columns=min(4, 1 + len(panels)),
            title=self.title,
            caption=f"{self.data_set}: {self.accuracy(weights):.0%} of the test points are right. "
            "In JupyterLab the net trains live, and everything about it can be changed.",
        )

    def _say(self, X: Any, weights: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        probabilities: NDArray[np.float64] = net.answers(weights, self.activation, self.inputs(X))[
            -1
        ][:, 0]
        return probabilities

    def _unit(
        self, weights: Sequence[NDArray[np.float64]], layer: int, unit: int, X: Any
    ) -> NDArray[np.float64]:
        answer = net.answers(weights, self.activation, self.inputs(X))[layer + 1][:, unit]
        values: NDArray[np.float64] = 2 * answer - 1 if self.activation == "sigmoid" else answer
        return values

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.still())


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
    """Return a playground: a small network for two classes of points, trained in the browser.

    It goes down the log-loss in minibatches of ten, without momentum; one logistic unit answers.

    Parameters
    ----------
    data_set
        "gaussian", "circle", "xor" or "spiral", with 200 points to train on and 200 to test on.
    features
        What the net is shown: some of "x1", "x2", "x1²", "x2²", "x1x2", "sin 5x1", "sin 5x2".
    hidden
        Units of each hidden layer: at most four layers of at most eight.
    activation
        Of the hidden units: "tanh", "relu", "sigmoid" or "linear".
    learning_rate
        Length of a step.
    penalty, penalty_rate
        "none", "L1" or "L2", and its strength.
    noise
        Standard deviation of what is added to each coordinate of the points.
    seed
        Of the initial weights and of the order of examples.
    title
        Above it all.

    Raises
    ------
    ValueError
        If a setting is none that the playground offers.
    """
    _require(data_set, data.PLAYGROUND, "data set")
    _require(activation, net.ACTIVATIONS, "activation")
    _require(penalty, net.PENALTIES, "penalty")
    for name in features:
        _require(name, net.FEATURES, "feature")
    units = [int(n) for n in hidden]
    if not features or len(units) > _MOST_LAYERS or not all(1 <= n <= _MOST_UNITS for n in units):
        message = (
            f"The playground has at least one feature and at most {_MOST_LAYERS} hidden layers of "
            f"1 to {_MOST_UNITS} units; received {len(features)} features and hidden={units}."
        )
        raise ValueError(message)
    return Playground(
        sets={name: _plain(make) for name, make in data.PLAYGROUND.items()},
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


def _plain(make: Any) -> dict[str, list[list[float]]]:
    """Return a data set so that the browser can add the noise: points = clean + noise · spread."""
    parts = {}
    for name, seed in (("train", 1), ("test", 2)):
        clean, labels = make(_EXAMPLES, noise=0.0, seed=seed)
        spread = make(_EXAMPLES, noise=1.0, seed=seed)[0] - clean
        parts[name] = np.c_[clean, spread, labels].round(9).tolist()
    return parts
