"""Works out what a trusted cell looked like when students were given it.

The rules are nbgrader's, with its default markers and stubs: hidden tests and mark schemes are
cut, solutions replaced.
"""

from nbformat import NotebookNode

_CODE_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
_TEXT_STUB = ("YOUR ANSWER HERE",)


def released_text(cell: NotebookNode) -> str:
    """Return the text of a source cell as the release has it."""
    text = str(cell.source)
    for region in ("HIDDEN TESTS", "MARK SCHEME"):
        text = _replace(text, region, ())
    if not cell.metadata.get("nbgrader", {}).get("solution"):
        return text
    stub = _CODE_STUB if cell.cell_type == "code" else _TEXT_STUB
    if "BEGIN SOLUTION" in text:
        return _replace(text, "SOLUTION", stub)
    return "\n".join(stub)


def same_text(one: str, other: str) -> bool:
    """Tell whether two texts differ in nothing but the space at the ends of lines and cells."""
    return one == other or comparable(one) == comparable(other)


def comparable(text: str) -> str:
    """Return `text` without what editors add and drop unasked."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _replace(text: str, region: str, stub: tuple[str, ...]) -> str:
    """Replace what lies between `BEGIN region` and `END region`, markers and all."""
    kept: list[str] = []
    inside = False
    for line in text.split("\n"):
        if f"BEGIN {region}" in line:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            kept += [indent + stub_line for stub_line in stub]
        elif f"END {region}" in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)
