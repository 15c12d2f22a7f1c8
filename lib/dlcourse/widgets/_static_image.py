"""Adds a static picture to a widget's output, for pages on which no widget can run."""

from typing import Any

from dlcourse.plot import Picture


class StaticImageMixin:
    """Mixin for widgets that can also draw their state as a picture.

    It stands before `anywidget.AnyWidget` in a widget's base classes. The widget defines
    `static_picture`; printed notebooks, exported pages and feedback then show that picture.
    """

    def static_picture(self) -> Picture:
        """Draw the current state of the widget."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        # anywidget returns data, a pair (data, metadata), or None where there is no front end.
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        static_data, static_metadata = self.static_picture().static_bundle()
        return {**data, **static_data}, {**metadata, **static_metadata}
