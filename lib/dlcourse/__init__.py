"""The student's package of the course: checks, data, pictures and widgets for its notebooks.

    check         checks of exercises, which explain what is wrong in a sentence
    data          data sets: made here, shipped with installed packages, or downloaded
    plot          pictures and animations of data, functions and networks
    text          texts to model character by character, and a baseline to compare with
    envs          small environments for reinforcement learning
    widgets       interactive pictures for the lessons
    import_keras  imports Keras without TensorFlow's start-up messages

Submodules are imported on first use, so `import dlcourse` is fast.

Examples
--------
>>> from dlcourse import data
>>> X, y = data.xor(4, noise=0)
>>> y
array([0, 1, 1, 0])
"""

from importlib.metadata import PackageNotFoundError, version

import lazy_loader

__getattr__, _, __all__ = lazy_loader.attach(
    __name__,
    submodules=["check", "data", "envs", "plot", "text", "widgets"],
    submod_attrs={"_quiet_keras": ["import_keras"]},
)

try:
    __version__ = version("dlcourse")
except PackageNotFoundError:  # imported from a checkout that is not installed
    __version__ = "0+unknown"
__all__ += ["__version__"]


def __dir__() -> list[str]:
    return sorted(__all__)
