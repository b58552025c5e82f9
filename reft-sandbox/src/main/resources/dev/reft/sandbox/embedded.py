"""The entry of the interpreter within the JVM. The link's ends are standard input and standard error."""
import io, os, random

for name in ("math itertools functools collections re string datetime decimal fractions statistics heapq bisect numbers operator"
             " copy typing dataclasses enum time contextlib cmath").split():
    __import__(name)

# The folder that this was loaded from is closed from now on.
sys.path[:] = [p for p in sys.path if p != "/guest"]
sys.path_importer_cache.pop("/guest", None)


class Input(io.RawIOBase):
    """Standard input without a descriptor: the guest's isatty(0) says yes, and then input() drops the last character."""

    def readable(self):
        return True

    def readinto(self, into):
        data = os.read(0, len(into))
        into[:len(data)] = data
        return len(data)


def run(text):
    task = json.loads(text)
    linked = task["task"] in ("candidate", "test")
    sys.stdin = io.TextIOWrapper(io.BytesIO() if linked else io.BufferedReader(Input()),
                                 encoding="utf-8", errors="replace")
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8", errors="replace")
    sys.stderr = io.StringIO()
    random.seed(42)
    return json.dumps(answer(task, 0, 2))
