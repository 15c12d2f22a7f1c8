"""Fixtures that display a widget in a real browser, with a simple model instead of a kernel."""

import json

import pytest

# A model with anywidget's methods; `sent` contains the values that the kernel would receive.
MODEL = """
const listeners = {}, sent = {};
const model = {
  get: (key) => state[key],
  set(key, value) {
    state[key] = value;
    sent[key] = value;
    for (const listen of listeners[`change:${key}`] || []) listen();
  },
  save_changes() {},
  on(events, listen) { for (const one of events.split(" ")) (listeners[one] ||= []).push(listen); },
};
"""


@pytest.fixture(scope="module")
def browser():
    """Yield a browser. Its event loop runs until the end of the module, and must not outlast it."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as engine:
        try:
            opened = engine.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
        except playwright.Error:
            pytest.skip("no browser on this machine")
        yield opened
        opened.close()


@pytest.fixture
def shown(browser):
    """Return a function that displays a widget on a page; script errors fail the test."""
    page = browser.new_page()
    failures = []
    page.on("pageerror", lambda error: failures.append(error))

    def show(widget):
        state = {key: value for key, value in widget.get_state().items() if key[0] != "_"}
        code = str(widget._esm).replace("export default { render };", "")
        page.set_content(
            f"""<div id="at"></div><script>{code}
            const state = {json.dumps(state)}; {MODEL}
            render({{ model, el: document.getElementById("at") }});</script>"""
        )
        return page

    yield show
    page.close()
    assert failures == []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark every test that uses a browser as slow."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
