"""Find the names that a cell reads, assigns and imports, without running it."""

import ast
import symtable
from collections.abc import Iterable, Iterator
from functools import lru_cache

from autograder.notebook.source_code import parse, strip_magics, symbols

_COMPILER_NAMES = frozenset({"__class__", "__classdict__"})


@lru_cache(maxsize=4096)
def free_names(source: str) -> frozenset[str]:
    """Return the names that a cell reads and does not bind before.

    These are reads at module level, in the order in which they happen (`x = x + 1` reads `x`
    before it is bound), and global reads of nested functions, unless the cell binds the name
    anywhere. Built-ins are included. A name that only one branch binds counts as bound.

    Raises
    ------
    SyntaxError
        If the text without magics is not Python.
    """
    text = strip_magics(source)
    visitor = _read(text)
    bound_somewhere = visitor.ever_bound | _global_stores(text)
    return frozenset(visitor.free | (_global_reads(text) - bound_somewhere))


@lru_cache(maxsize=4096)
def assigned_names(source: str) -> frozenset[str]:
    """Return the names that a cell leaves bound at top level, except for imports.

    Raises
    ------
    SyntaxError
        If the text without magics is not Python.
    """
    text = strip_magics(source)
    visitor = _read(text)
    return frozenset((visitor.bound - visitor.imported) | _global_stores(text))


@lru_cache(maxsize=4096)
def imported_names(source: str) -> frozenset[str]:
    """Return the names that imports in a cell leave bound; `"*"` for a star import.

    Raises
    ------
    SyntaxError
        If the text without magics is not Python.
    """
    return frozenset(_read(strip_magics(source)).imported)


def names_if_python(source: str) -> frozenset[str]:
    """Return the names that a cell leaves bound; none if it is not Python, such as a text."""
    return assigned_names(source) if syntax_error(source) is None else frozenset()


@lru_cache(maxsize=4096)
def syntax_error(source: str) -> str | None:
    """Return where and why a cell without magics is not Python, or None if it is."""
    try:
        parse(strip_magics(source))
        symbols(strip_magics(source))
    except SyntaxError as error:
        return f"line {error.lineno or 1}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"line 1: {error or type(error).__name__}"
    return None


def imported_packages(source: str) -> frozenset[str]:
    """Return the top-level packages that a cell imports, at any level of nesting.

    Raises
    ------
    SyntaxError
        If the text without magics is not Python.
    """
    found: set[str] = set()
    for node in ast.walk(parse(strip_magics(source))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


def student_names(answer_cells: Iterable[str]) -> frozenset[str]:
    """Return the names that students define: those that the reference's answer cells assign.

    Raises
    ------
    SyntaxError
        If a cell without magics is not Python.
    """
    return frozenset(name for source in answer_cells for name in assigned_names(source))


def _read(text: str) -> "_NameVisitor":
    visitor = _NameVisitor()
    visitor.visit(parse(text))
    return visitor


def _nested_symbols(text: str) -> Iterator[symtable.Symbol]:
    tables = symbols(text).get_children()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        yield from table.get_symbols()


def _global_reads(text: str) -> set[str]:
    return {
        symbol.get_name()
        for symbol in _nested_symbols(text)
        if symbol.is_global()
        and symbol.is_referenced()
        and symbol.get_name() not in _COMPILER_NAMES
        and symbol.get_name().isidentifier()
    }


def _global_stores(text: str) -> set[str]:
    return {
        symbol.get_name()
        for symbol in _nested_symbols(text)
        if symbol.is_declared_global() and (symbol.is_assigned() or symbol.is_imported())
    }


class _NameVisitor(ast.NodeVisitor):
    """Collect what the top level of a cell binds and reads, in the order in which it runs.

    Function bodies run later, so the symbol table is used for them. Class bodies and
    comprehensions run at once, with names of their own (`self._inner`).
    """

    def __init__(self) -> None:
        self.free: set[str] = set()
        self.bound: set[str] = set()
        self.ever_bound: set[str] = set()
        self.imported: set[str] = set()
        self._inner: list[tuple[str, set[str]]] = []

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self._bind(node.id)
            return
        self._read(node.id)
        if isinstance(node.ctx, ast.Del):
            self._unbind(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._visit_all([node.value, *node.targets])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_all([node.annotation, *([node.value] if node.value else [])])
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._read(node.target.id)
        self._visit_all([node.value, node.target])

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._bind(node.target.id, skip="comprehension")

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._visit_all([node.iter, node.target, *node.body, *node.orelse])

    visit_AsyncFor = visit_For

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            whole = alias.asname or alias.name
            name = whole if isinstance(node, ast.ImportFrom) else whole.partition(".")[0]
            self._bind(name, imported=True)

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        annotations = [node.returns] if node.returns else []
        self._visit_all([*node.decorator_list, node.args, *annotations])
        self._bind(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        self._inner.append(("class", set()))
        self._visit_all(node.body)
        self._inner.pop()
        self._bind(node.name)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type:
            self.visit(node.type)
        if node.name:
            self._bind(node.name)
        self._visit_all(node.body)
        if node.name:
            self._unbind(node.name)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.generic_visit(node)
        if node.name:
            self._bind(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._bind(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self._bind(node.rest)

    def visit_ListComp(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> None:
        first, *others = node.generators
        self.visit(first.iter)
        self._inner.append(("comprehension", set()))
        self._visit_all([first.target, *first.ifs])
        for generator in others:
            self._visit_all([generator.iter, generator.target, *generator.ifs])
        result = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._visit_all(result)
        self._inner.pop()

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _read(self, name: str) -> None:
        if name not in self.bound and not any(name in names for _, names in self._inner):
            self.free.add(name)

    def _bind(self, name: str, *, imported: bool = False, skip: str = "") -> None:
        inner = [names for kind, names in self._inner if kind != skip]
        if inner:
            inner[-1].add(name)
            return
        self.bound.add(name)
        self.ever_bound.add(name)
        if imported:
            self.imported.add(name)
        else:
            self.imported.discard(name)

    def _unbind(self, name: str) -> None:
        if not self._inner:
            self.bound.discard(name)
            self.imported.discard(name)
