"""The link between a program and its test, each in an interpreter of its own.

Plain values cross by copy, and what a call did to the lists, dicts and sets among its arguments is done to the caller's too.
Any other object stays where it is and is used through a number. The test is the side that trusts nothing: a program's
object never equals a plain value, and no operator of the program's ever sees the plain value that it is compared with.
"""
import collections, datetime, decimal, fractions, operator, os

LARGEST = 16 << 20  # bytes of a message
BY_NAME = {"collections", "math", "cmath", "operator", "functools", "itertools", "string", "re", "fractions", "decimal", "datetime"}
REBUILT = {"Fraction": fractions.Fraction, "Decimal": decimal.Decimal, "Counter": collections.Counter,
           "OrderedDict": collections.OrderedDict, "deque": collections.deque, "complex": complex}
DATES = {c.__name__: c for c in (datetime.date, datetime.datetime, datetime.time, datetime.timedelta)}
PURE = {"abs", "all", "any", "ascii", "bin", "callable", "chr", "divmod", "format", "hash", "hex", "isinstance", "issubclass",
        "iter", "len", "max", "min", "next", "oct", "ord", "pow", "repr", "round", "sorted", "sum"}
FORWARDED = {"len", "iter", "next", "str", "repr", "float", "int", "index", "bool", "hash", "abs", "neg", "pos", "invert", "enter"}


def is_builtin(name):
    """Whether a name of Python's may cross: types, exceptions and pure functions."""
    return name in PURE or isinstance(getattr(builtins, name, None), type) or name in ("Ellipsis", "NotImplemented")


def exception(name):
    kind = getattr(builtins, name)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        raise Broken("the program raised " + name)
    return kind


class Broken(BaseException):
    """The other side ended, or spoke nonsense: no test may go on, whatever it catches."""


class Link:
    def __init__(self, read, write, trusting):
        self.read, self.write, self.trusting = read, write, trusting
        self.objects, self.numbers, self.mirrors, self.named = {}, {}, {}, set()
        self.broken = None

    # ---- messages

    def send(self, message):
        data = json.dumps(message).encode("ascii")
        data = len(data).to_bytes(4, "big") + data
        while data:
            data = data[os.write(self.write, data):]

    def take(self, count):
        parts = []
        while count:
            part = os.read(self.read, min(count, 65536))
            if not part:
                raise Broken("the other side ended")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive(self):
        length = int.from_bytes(self.take(4), "big")
        if length > LARGEST:
            raise Broken("a message of %d bytes" % length)
        return json.loads(self.take(length))

    def ask(self, op, target, *values, **words):
        """Has the other side do something, serving its questions meanwhile."""
        if self.broken:
            raise Broken(self.broken)
        try:
            sent = Graph(self)
            self.send({"op": op, "on": target, "v": [sent.encode(v) for v in values],
                       "k": {name: sent.encode(v) for name, v in words.items()}})
            while True:
                message = self.receive()
                if "op" not in message:
                    break
                self.serve(message)
            got = Graph(self, sent)
            got.restore(message.get("state") or {})
            if "raise" in message:
                error = self.error(message["raise"], got)
            else:
                return got.decode(message["value"])
        except Broken as error:
            self.broken = str(error)
            raise
        except BaseException as error:
            self.broken = "nonsense from the other side: %r" % (error,)
            raise Broken(self.broken)
        raise error

    def serve(self, message):
        got = Graph(self)
        reply = {}
        try:
            values = [got.decode(v) for v in message["v"]]
            words = {str(name): got.decode(v) for name, v in message["k"].items()}
            value = self.do(message["op"], message["on"], values, words)
            back = Graph(self, got)
            reply["value"] = back.encode(value)
        except Broken:
            raise
        except Exception as error:
            back = Graph(self, got)
            reply = {"raise": self.describe(error, back)}
        reply["state"] = back.state(len(got.known))
        self.send(reply)

    def own(self, number):
        return self.objects[number]

    def number(self, value):
        if id(value) not in self.numbers:
            self.numbers[id(value)] = len(self.objects)
            self.objects[len(self.objects)] = value
        return self.numbers[id(value)]

    def do(self, op, target, values, words):
        if not self.trusting:
            # The test lets the program call what the test handed over, and no more: no attribute leads into the test.
            value = self.own(target)
            if op == "call" and isinstance(value, (types.FunctionType, types.LambdaType)):
                return value(*values, **words)
            if op == "next" and isinstance(value, types.GeneratorType):
                return next(value)
            if op == "iter" and isinstance(value, types.GeneratorType):
                return value
            raise TypeError("the program may not use this object of the test")
        if op == "global":
            name = values[0]
            space = self.own(target)
            return (True, space[name]) if name in space else (False, None)
        value = self.own(target)
        if op == "call":
            return value(*values, **words)
        if op == "get":
            return getattr(value, values[0])
        if op == "set":
            return setattr(value, values[0], values[1])
        if op == "isinstance":
            return isinstance(values[0], value)
        if op in FORWARDED:
            plain = {"len": len, "iter": iter, "next": next, "str": str, "repr": repr, "float": float, "int": int, "bool": bool,
                     "hash": hash, "abs": abs}.get(op)
            return plain(value) if plain else getattr(operator, op)(value) if hasattr(operator, op) else value.__enter__()
        return getattr(operator, op)(value, *values)

    # ---- exceptions

    def describe(self, error, graph):
        kind = type(error)
        base = next(c for c in kind.__mro__ if getattr(builtins, c.__name__, None) is c)
        try:
            args = graph.encode(list(error.args))
        except Exception:
            args = graph.encode([text_of(error)])
        return {"base": base.__name__, "name": kind.__name__, "class": None if base is kind else self.number(kind), "args": args}

    def error(self, told, graph):
        base = exception(told["base"])
        args = graph.decode(told["args"])
        kind = base if told["class"] is None else self.mirror(told["class"], str(told["name"]), base)
        try:
            return kind(*args)
        except Exception:
            return Exception(*args)

    def mirror(self, number, name, base):
        """A class here that stands for an exception class there, so that except clauses can name it."""
        if number not in self.mirrors:
            self.mirrors[number] = type(name, (base,), {"__reft_number__": number})
        return self.mirrors[number]


class Graph:
    """The values of one message: containers are numbered, so that sharing and changes survive the crossing."""

    def __init__(self, link, before=None):
        self.link = link
        self.known = list(before.known) if before else []
        self.seen = {id(value): i for i, value in enumerate(self.known)}

    def state(self, count):
        return {str(i): self.content(self.known[i]) for i in range(count)}

    def restore(self, state):
        fresh = {int(i): content for i, content in state.items()}
        for i, content in fresh.items():
            value = self.known[i]
            items = [self.decode(item) for item in content]
            if isinstance(value, (list, bytearray)):
                value[:] = items
            elif isinstance(value, dict):
                if list(value.items()) != (pairs := [(items[j], items[j + 1]) for j in range(0, len(items), 2)]):
                    value.clear()
                    value.update(pairs)
            else:
                value.clear()
                (value.extend if isinstance(value, collections.deque) else value.update)(items)

    def content(self, value):
        if isinstance(value, dict):
            return [self.encode(part) for item in dict.items(value) for part in item]
        return [self.encode(item) for item in type(value).__iter__(value)]

    def encode(self, value):
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        # The base type's own methods: a subclass may have overridden them.
        if isinstance(value, int):
            return {"i": int.__format__(value, "x")}
        if isinstance(value, float):
            return {"f": float.hex(value)}
        if isinstance(value, str):
            return {"s": str.__str__(value)}
        if isinstance(value, bytes):
            return {"y": bytes.hex(value)}
        for plain, tag in ((tuple, "t"), (frozenset, "z")):
            if isinstance(value, plain):
                return {tag: [self.encode(item) for item in plain.__iter__(value)]}
        for plain, tag in ((list, "l"), (dict, "d"), (set, "e"), (bytearray, "a"), (collections.deque, "q")):
            if isinstance(value, plain):
                if id(value) in self.seen:
                    return {"r": self.seen[id(value)]}
                self.seen[id(value)] = len(self.known)
                self.known.append(value)
                named = next((n for n in ("Counter", "OrderedDict") if isinstance(value, REBUILT[n])), "")
                return {tag: self.content(value), "c": named}
        if kind is range or kind is slice:
            return {"g": [self.encode(v) for v in (value.start, value.stop, value.step)], "c": kind.__name__}
        if kind is complex or kind is fractions.Fraction or kind is decimal.Decimal:
            return {"n": str(value), "c": kind.__name__}
        if kind.__name__ in DATES and DATES[kind.__name__] is kind:
            return {"n": [self.encode(part) for part in kind.__reduce__(value)[1]], "c": kind.__name__}
        if value is Ellipsis or value is NotImplemented:
            return {"b": repr(value), "m": "builtins"}
        if kind is types.ModuleType and value.__name__ in BY_NAME:
            return {"m": value.__name__, "b": ""}
        return self.reference(value)

    def reference(self, value):
        if isinstance(value, Proxy):
            return {"o": object.__getattribute__(value, "_number")}
        if isinstance(value, type) and issubclass(value, BaseException) and "__reft_number__" in value.__dict__:
            return {"o": value.__dict__["__reft_number__"]}
        name, home = getattr(value, "__qualname__", None), getattr(value, "__module__", None)
        if isinstance(name, str) and is_builtin(name) and getattr(builtins, name) is value:
            return {"b": name, "m": "builtins"}
        if isinstance(name, str) and home in BY_NAME and getattr(sys.modules.get(home), name, None) is value:
            return {"b": name, "m": home}
        base = ""
        if isinstance(value, type) and issubclass(value, Exception):
            base = next(c.__name__ for c in value.__mro__ if getattr(builtins, c.__name__, None) is c)
        return {"h": self.link.number(value), "x": base, "w": str(name or "")[:99],
                "u": self.link.number(type(value))}

    def keep(self, value):
        self.seen[id(value)] = len(self.known)
        self.known.append(value)
        return value

    def decode(self, told):
        if told is None or isinstance(told, (bool, str)):
            return told
        if "i" in told:
            return int(told["i"], 16)
        if "f" in told:
            return float.fromhex(told["f"])
        if "s" in told:
            return told["s"]
        if "y" in told:
            return bytes.fromhex(told["y"])
        if "t" in told:
            return tuple(self.decode(item) for item in told["t"])
        if "z" in told:
            return frozenset(self.decode(item) for item in told["z"])
        if "r" in told:
            return self.known[told["r"]]
        if "l" in told:
            value = self.keep([])
            value.extend(self.decode(item) for item in told["l"])
            return value
        if "d" in told:
            value = self.keep(REBUILT[told["c"]]() if told["c"] in ("Counter", "OrderedDict") else {})
            items = [self.decode(item) for item in told["d"]]
            for i in range(0, len(items), 2):
                value[items[i]] = items[i + 1]
            return value
        if "e" in told:
            value = self.keep(set())
            value.update(self.decode(item) for item in told["e"])
            return value
        if "a" in told:
            value = self.keep(bytearray())
            value.extend(self.decode(item) for item in told["a"])
            return value
        if "q" in told:
            value = self.keep(collections.deque())
            value.extend(self.decode(item) for item in told["q"])
            return value
        if "g" in told:
            parts = [self.decode(part) for part in told["g"]]
            return range(*parts) if told["c"] == "range" else slice(*parts)
        if "n" in told:
            if told["c"] in DATES:
                return DATES[told["c"]](*[self.decode(part) for part in told["n"]])
            return {"complex": complex, "Fraction": fractions.Fraction, "Decimal": decimal.Decimal}[told["c"]](told["n"])
        if "o" in told:
            return self.link.own(told["o"])
        if "m" in told:
            return self.named(told)
        if told["x"]:
            return self.link.mirror(told["h"], told["w"], exception(told["x"]))
        return Proxy(self.link, told["h"], told["u"])

    def named(self, told):
        home, name = told["m"], told["b"]
        if not (is_builtin(name) if home == "builtins" else home in BY_NAME):
            raise Broken("the name %r of %r" % (str(name)[:99], str(home)[:99]))
        found = __import__(home)
        for part in name.split(".") if name else ():
            found = getattr(found, part)
        return found
