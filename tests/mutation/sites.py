"""What of a C++ source can be changed: its syntax tree as clang prints it, and the mutants found in there."""

import dataclasses
import json
import re
import subprocess

CLANG = "clang++-19"
RELATIONS = {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",)}
OTHER_BINARY = {"&&": ("||",), "||": ("&&",), "+": ("-",), "-": ("+",)}
OPERATOR_NAME = {**dict.fromkeys(RELATIONS, "relation"), "&&": "logic", "||": "logic", "+": "arithmetic", "-": "arithmetic"}
ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>="}
# What may go without anybody being able to tell.
IDLE_CALL = re.compile(r"[\w.:>-]*?\b(reserve|shrink_to_fit|assert|log::\w+|log_\w+|static_cast<void>)\s*\(")
INTEGER = re.compile(r"(unsigned |signed )?(char|short|int|long|long long|unsigned)( int)?|(std::)?(u?int\d+_t|size_t|ptrdiff_t)")
EMPTY = {"{}", "std::nullopt", "nullptr", "false", "true", '""', "std::string_view{}", "std::string{}", "std::string()"}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """Characters begin to end of a file (offsets in bytes) would read `text` instead. `shape` says how the schemata hold it:
    expression, condition, statement, return, insert (text is put there when it is on), skip (the statement that follows is
    passed over)."""
    file: str
    begin: int
    end: int
    shape: str
    operator: str
    text: str

    def key(self):
        return f"{self.file}:{self.begin}:{self.end}:{self.operator}:{self.text}"


def syntax_trees(path, flags):
    """What the file itself declares in our namespace, each namespace a tree of dicts."""
    printed = subprocess.run([CLANG, "-std=c++20", "-fsyntax-only", "-w", *flags, "-Xclang", "-ast-dump=json", "-Xclang",
                              "-ast-dump-filter=lazulite", path], capture_output=True, check=True).stdout.decode()
    ours = f'"file": {json.dumps(path)},'
    for tree in printed.split("\n}\n"):
        if ours in tree[:400]:  # the headers' come first, and are most of it
            yield json.loads(tree + "\n}")


class Finder:
    def __init__(self, path, name):
        with open(path, "rb") as source:
            self.source = source.read()
        self.path, self.name = path, name
        self.file = None       # clang prints a file's name only where it differs from the one before
        self.found = {}
        self.results = []      # result types of the functions around

    # Places.

    def note_files(self, place):
        """Follows the file that clang is in; returns (file, offset, length, expanded at) as written by the author."""
        if place is None:
            return None
        if "expansionLoc" in place or "spellingLoc" in place:
            spelled = self.note_files(place.get("spellingLoc"))
            expanded = self.note_files(place.get("expansionLoc"))
            argument = place.get("expansionLoc", {}).get("isMacroArgExpansion", False)
            return (*spelled[:3], expanded[1]) if spelled and expanded and argument else None
        self.file = place.get("file", self.file)
        if "offset" not in place:
            return None
        return (self.file, place["offset"], place["tokLen"], None)

    def span(self, node):
        """Where a node stands in our file, or None for what stands elsewhere or is made by a macro."""
        return node.get("_span")

    def place(self, node):
        self.note_files(node.get("loc"))
        reach = node.get("range", {})
        begin, end = self.note_files(reach.get("begin")), self.note_files(reach.get("end"))
        if begin and end and begin[0] == end[0] == self.path and begin[3] == end[3] and begin[1] < end[1] + end[2]:
            node["_span"] = (begin[1], end[1] + end[2])
        for child in node.get("inner", ()):
            self.place(child)

    def text(self, begin, end):
        return self.source[begin:end].decode()

    # Mutants.

    def add(self, begin, end, shape, operator, text):
        plain = flat(text)
        if plain is None:
            return
        mutant = Mutant(self.name, begin, end, shape, operator, plain)
        self.found.setdefault(mutant.key(), mutant)

    def find(self):
        return sorted(self.found.values(), key=lambda m: (m.begin, m.end, m.operator, m.text))

    def visit(self, node, parent=None):
        kind = node.get("kind")
        if kind is None or kind in ("ConstantExpr", "StaticAssertDecl", "EnumDecl", "UserDefinedLiteral"):
            return
        if kind == "VarDecl" and (node.get("constexpr") or self.is_constant(node)):
            return
        if node.get("immediate") or self.is_idle(node):
            return
        callee = kind in ("FunctionDecl", "CXXMethodDecl", "CXXConversionDecl")
        if callee:
            self.results.append(node.get("type", {}).get("qualType", "").split("(")[0].strip())
            self.function(node)
        handler = getattr(self, "on_" + kind, None)
        if handler and self.span(node):
            handler(node, *self.span(node))
        self.statements(node)
        for child in node.get("inner", ()):
            self.visit(child, node)
        if callee:
            self.results.pop()

    def is_idle(self, node):
        return node["kind"] in ("CallExpr", "CXXMemberCallExpr") and self.span(node) and IDLE_CALL.match(self.text(*self.span(node)))

    def is_constant(self, node):
        """An integer that the compiler knows: a switch at run time is not asked."""
        kind = node.get("type", {})
        kind = kind.get("desugaredQualType", kind.get("qualType", ""))
        return kind.startswith("const ") and not any_kind(node, ("DeclRefExpr", "CallExpr", "CXXThisExpr", "LambdaExpr")) \
            and "std" not in kind

    def function(self, node):
        body = [child for child in node.get("inner", ()) if child.get("kind") == "CompoundStmt"]
        if not body or not self.span(body[0]) or len(body[0].get("inner", ())) < 2:
            return
        result = self.results[-1]
        if result.endswith("&") or result == "auto":
            return
        at = self.span(body[0])[0] + 1
        self.add(at, at, "insert", "early return", "return;" if result == "void" else "return {};")

    def on_BinaryOperator(self, node, begin, end):
        sides = [self.span(child) for child in node["inner"]]
        if None in sides or sides[0][1] > sides[1][0]:
            return
        between = self.text(sides[0][1], sides[1][0])
        if between.strip() == node["opcode"]:
            self.binary(begin, end, sides[0][1] + len(between) - len(between.lstrip()), node["opcode"])

    def on_CXXOperatorCallExpr(self, node, begin, end):
        inner = node.get("inner", ())
        callee = self.span(inner[0]) if len(inner) == 3 else None
        if callee and callee[1] < end:
            self.binary(begin, end, callee[0], self.text(*callee))

    def binary(self, begin, end, at, opcode):
        for other in RELATIONS.get(opcode, ()) + OTHER_BINARY.get(opcode, ()):
            if opcode == "+" and '"' in self.text(begin, end):
                continue
            changed = self.text(begin, at) + other + self.text(at + len(opcode), end)
            self.add(begin, end, "expression", OPERATOR_NAME[opcode], changed)

    def on_IfStmt(self, node, begin, end):
        if node.get("isConstexpr"):
            return
        inner = list(node["inner"])
        if node.get("hasInit"):
            inner.pop(0)
        if node.get("hasVar"):
            self.declared(node, inner[0])
        else:
            self.condition(inner[0], ("true", "false"))

    def declared(self, node, declaration):
        """`if (auto x = f())` is never taken."""
        names = [child.get("name") for child in declaration.get("inner", ()) if child.get("kind") == "VarDecl"]
        place = self.span(declaration)
        if not place or len(names) != 1 or node.get("hasInit"):
            return
        text = self.text(*place).rstrip(";")
        self.add(place[0], place[0] + len(text.encode()), "declaration", "condition", f"{names[0]}")

    def on_ConditionalOperator(self, node, begin, end):
        self.condition(node["inner"][0], ("true", "false"))

    def on_WhileStmt(self, node, begin, end):
        if not node.get("hasVar"):
            self.condition(node["inner"][0], ("false",))

    def on_ForStmt(self, node, begin, end):
        if len(node["inner"]) == 5 and node["inner"][2].get("kind"):
            self.condition(node["inner"][2], ("false",))

    def condition(self, node, values):
        place = self.span(node)
        if place and self.text(*place) not in ("true", "false"):
            for value in values:
                self.add(*place, "condition", "condition", value)

    def on_IntegerLiteral(self, node, begin, end):
        text = self.text(begin, end)
        if not re.fullmatch(r"(0[xX][0-9a-fA-F']+|[0-9][0-9']*)[uUlL]*", text):
            return
        self.add(begin, end, "expression", "constant", f"{text} + 1")
        if not re.fullmatch(r"0[uUlL]*", text):
            self.add(begin, end, "expression", "constant", f"{text} - 1")

    def on_CXXBoolLiteralExpr(self, node, begin, end):
        text = self.text(begin, end)
        if text in ("true", "false"):
            self.add(begin, end, "expression", "constant", "false" if text == "true" else "true")

    def on_ReturnStmt(self, node, begin, end):
        if not node.get("inner") or not self.results:
            return
        value = self.text(begin, end).removeprefix("return").strip()
        semicolon = self.source.find(b";", end)
        if self.source[end:semicolon].strip() or value in EMPTY:
            return
        result = self.results[-1]
        if result == "bool":
            changed = f"return !({value});"
        elif INTEGER.fullmatch(result.removeprefix("const ")):
            changed = f"return ({value}) + 1;"
        elif result.endswith("&") or result == "auto":
            return
        else:
            changed = "return {};"
        self.add(begin, semicolon + 1, "return", "return value", changed)

    def statements(self, node):
        """Calls and assignments whose value nobody wants."""
        kind, inner = node.get("kind"), node.get("inner", ())
        if kind == "CompoundStmt":
            places = inner
        elif kind == "IfStmt":
            places = inner[-2:]
        elif kind in ("ForStmt", "WhileStmt", "CXXForRangeStmt"):
            places = inner[-1:]
        else:
            return
        for child in places:
            if child.get("kind") == "ExprWithCleanups":
                child = child["inner"][0]
            place = self.span(child)
            if not place or self.source[place[1]:place[1] + 1] != b";" or IDLE_CALL.match(self.text(*place)):
                continue
            if child["kind"] in ("BinaryOperator", "CompoundAssignOperator") and child.get("opcode") in ASSIGNMENTS:
                self.add(*place, "statement", "removed assignment", "")
            elif child["kind"] == "CXXOperatorCallExpr":
                callee = self.span(child["inner"][0])
                if callee and self.text(*callee) in ASSIGNMENTS:
                    self.add(*place, "statement", "removed assignment", "")
            elif child["kind"] in ("CallExpr", "CXXMemberCallExpr"):
                self.add(*place, "statement", "removed call", "")
            elif child["kind"] == "UnaryOperator" and child.get("opcode") in ("++", "--"):
                self.add(*place, "statement", "removed assignment", "")

    def checks(self):
        for found in re.finditer(rb"\bLAZ_CHECK\(", self.source):
            depth, at = 1, found.end()
            while depth:
                depth += {b"(": 1, b")": -1}.get(self.source[at:at + 1], 0)
                at += 1
            if self.source[at:at + 1] == b";":
                self.add(found.start(), at + 1, "skip", "removed call", "")


def any_kind(node, kinds):
    return node.get("kind") in kinds or any(any_kind(child, kinds) for child in node.get("inner", ()))


def flat(text):
    """The text on one line and without comments, or None where that would take more than a glance."""
    if "//" in text:
        if '"' in text:
            return None
        text = re.sub(r"//[^\n]*", "", text)
    if 'R"' in text or "#" in text.replace('"#"', "").replace("'#'", ""):
        return None
    return re.sub(r"\s*\n\s*", " ", text)


def mutants_of(path, name, flags):
    """Every mutant of the source at `path`, which reports call `name`, in the order of the text."""
    finder = Finder(path, name)
    for tree in syntax_trees(path, flags):
        finder.file = None
        finder.place(tree)
        finder.visit(tree)
    finder.checks()
    return finder.find()
