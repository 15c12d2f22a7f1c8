"""Find the plain types that are transferred: each module of this package has those of one family.

To add a type, write its codec (see `codec.Codec`) in a module of this package.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from autograder.exam.protocol.codecs.codec import Codec
from autograder.exam.protocol.codecs.registry import Registry


def _find_codecs() -> Iterator[Codec]:
    """Yield a codec of each public class that a module of this package defines."""
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        for name, value in vars(module).items():
            is_own = inspect.isclass(value) and value.__module__ == module.__name__
            is_public = not name.startswith("_")
            if is_own and is_public and issubclass(value, Codec) and not inspect.isabstract(value):
                yield value()


CODECS = Registry(_find_codecs())
