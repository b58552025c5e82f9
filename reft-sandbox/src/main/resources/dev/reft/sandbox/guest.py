"""Runs one task in a sandbox. What it answers is untrusted: the program shares its interpreter."""
import ast, builtins, json, sys, traceback, types

LONGEST = 4096  # characters of a value's text, of a message, of a traceback


def text_of(value):
    try:
        return str(value)[:LONGEST]
    except BaseException:
        return ""


def describe(value):
    """What a function returned: its kind, str() and float()."""
    kind = "other"
    for name, types_ in (("none", type(None)), ("bool", bool), ("integer", int), ("real", float), ("text", str)):
        if isinstance(value, types_):
            kind = name
            break
    try:
        number = repr(float(value))
    except Exception:
        number = None
    return {"end": "value", "kind": kind, "text": text_of(value), "number": number}


def raised(error):
    """How a program failed."""
    if isinstance(error, MemoryError):
        return {"end": "memory"}
    try:
        lines = traceback.format_exception(type(error), error, error.__traceback__, limit=-8)
        trace = "".join(line for line in lines if '"<guest>"' not in line and '"/guest/guest.py"' not in line)[-LONGEST:]
    except BaseException:
        trace = ""
    name = getattr(error, "name", "")
    missing = name if isinstance(error, (ImportError, NameError)) and isinstance(name, str) else ""
    return {"end": "raised", "type": type(error).__name__, "message": text_of(error), "trace": trace, "missing": missing}


def module(source, name):
    """Runs a program as the module of that name."""
    program = types.ModuleType(name)
    sys.modules[name] = program
    exec(compile(source, "<program>", "exec"), program.__dict__)
    return program


def call(task):
    program = module(task["source"], "__program__")
    function = getattr(program, task["function"])
    return describe(function(*[json.loads(argument) for argument in task["arguments"]]))


def script(task):
    try:
        module(task["source"], "__main__")
    except SystemExit as ended:
        if ended.code not in (None, 0, False):
            return raised(ended)
    return {"end": "value", "kind": "none", "text": "", "number": None}


def arity(function):
    a = function.args
    most = len(a.posonlyargs) + len(a.args)
    keywords = sum(default is None for default in a.kw_defaults)
    return [most - len(a.defaults), -1 if a.vararg else most, keywords]


def inspect_(task):
    try:
        tree = ast.parse(task["source"])
        compile(task["source"], "<program>", "exec")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return {"end": "inspection", "error": text_of(error) or "it does not compile", "modules": [], "functions": {}}
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            modules.add(node.module.partition(".")[0])
    functions = {n.name: arity(n) for n in tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}
    return {"end": "inspection", "error": "", "modules": sorted(modules), "functions": functions}


def missing(task):
    lacking = []
    for name in task["modules"]:
        try:
            __import__(name)
        except BaseException:
            lacking.append(name)
    return {"end": "missing", "modules": lacking}


def answer(task, read, write):
    """Runs a task; read and write are the ends of the link between a program and its test."""
    try:
        kind = task["task"]
        if kind == "call":
            return call(task)
        if kind == "script":
            return script(task)
        if kind == "inspect":
            return inspect_(task)
        if kind == "missing":
            return missing(task)
        if kind == "candidate":
            return candidate(task, read, write)
        return test(task, read, write)
    except BaseException as error:
        return raised(error)
    finally:
        try:
            sys.stdout.flush()
        except BaseException:
            pass
