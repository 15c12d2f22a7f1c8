"""Adds a still picture to what a widget shows, for pages where nothing is live."""

import base64
from typing import Any

from dlcourse.plot import Picture


def with_still(bundle: Any, picture: Picture) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a widget's mime bundle with `image/png` and words beside the live view.

    Parameters
    ----------
    bundle
        What the widget's own `_repr_mimebundle_` returned: data, `(data, metadata)`, or None.
    picture
        The widget's state, drawn.
    """
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
    png, size = picture._repr_png_()
    still = {
        "image/png": base64.b64encode(png).decode("ascii"),
        "text/plain": picture.described(),
    }
    return {**data, **still}, {**metadata, "image/png": size}
