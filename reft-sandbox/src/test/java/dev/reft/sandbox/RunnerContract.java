package dev.reft.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.programs.ProgramInspection;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramTask;
import dev.reft.graders.programs.PythonValue;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every backend does. */
abstract class RunnerContract {
    static final ProgramLimits LIMITS = new ProgramLimits(Duration.ofSeconds(20), 64L << 20, 64 << 10);

    abstract ProgramRunner runner() throws Exception;

    ProgramOutcome call(String source, String... arguments) throws Exception {
        return runner().run(new ProgramTask.Call(source, "solution", List.of(arguments)), LIMITS);
    }

    ProgramOutcome script(String source, String input) throws Exception {
        return runner().run(new ProgramTask.Script(source, input), LIMITS);
    }

    ProgramOutcome check(String source, String test) throws Exception {
        return runner().run(new ProgramTask.Check(source, test), LIMITS);
    }

    private PythonValue value(String source, String... arguments) throws Exception {
        return assertInstanceOf(ProgramOutcome.Completed.class, call(source, arguments))
                .value();
    }

    @Test
    void returnsValues() throws Exception {
        assertEquals(
                new PythonValue(PythonValue.Kind.INTEGER, "7", java.util.OptionalDouble.of(7)),
                value("def solution():\n    return 3 + 4"));
        assertEquals(
                PythonValue.Kind.REAL,
                value("def solution():\n    return 1 / 3").kind());
        assertEquals(
                1.0 / 3, value("def solution():\n    return 1 / 3").number().getAsDouble());
        assertEquals(PythonValue.Kind.NONE, value("def solution():\n    pass").kind());
        assertEquals(
                PythonValue.Kind.BOOL, value("def solution():\n    return True").kind());
        assertEquals(
                "Zürich \ud83d\ude00",
                value("def solution():\n    return 'Zürich \ud83d\ude00'").text());
        assertEquals(
                0.5,
                value("from fractions import Fraction\ndef solution():\n    return Fraction(1, 2)")
                        .number()
                        .getAsDouble());
        assertTrue(value("def solution():\n    return float('nan')").number().getAsDouble() != 0);
        assertFalse(value("def solution():\n    return 10 ** 400").number().isPresent());
        assertFalse(value("def solution():\n    return [1]").number().isPresent());
        assertEquals(
                "3 b",
                value("def solution(a, b):\n    return str(a['x']) + ' ' + b[0]", "{\"x\": 3}", "[\"b\"]")
                        .text());
    }

    @Test
    void reportsExceptions() throws Exception {
        ProgramOutcome.Raised raised = assertInstanceOf(
                ProgramOutcome.Raised.class, call("def solution():\n    print('before')\n    return 1 / 0"));
        assertEquals("ZeroDivisionError", raised.type());
        assertEquals("before\n", raised.output());
        assertTrue(raised.trace().contains("<program>"), raised.trace());
        assertFalse(raised.trace().contains("<guest>"), raised.trace());
        assertEquals(
                "SyntaxError",
                assertInstanceOf(ProgramOutcome.Raised.class, call("def solution(:"))
                        .type());
        assertEquals(
                "no_such_module",
                assertInstanceOf(ProgramOutcome.Raised.class, call("import no_such_module"))
                        .missing());
        assertEquals(
                "RecursionError",
                assertInstanceOf(ProgramOutcome.Raised.class, call("def solution():\n    return solution()"))
                        .type());
    }

    @Test
    void runsScripts() throws Exception {
        ProgramOutcome.Completed sum = assertInstanceOf(
                ProgramOutcome.Completed.class, script("a, b = map(int, input().split())\nprint(a + b)", "5 3"));
        assertEquals("8\n", sum.output());
        assertEquals(
                "1\n2\n3",
                assertInstanceOf(ProgramOutcome.Completed.class, script("print(open(0).read(), end='')", "1\n2\n3"))
                        .output());
        String main = "import sys\nif __name__ == '__main__':\n    print(sys.stdin.read(), end='')\n    sys.exit()";
        String big = "é".repeat(30_000);
        assertEquals(
                big,
                assertInstanceOf(ProgramOutcome.Completed.class, script(main, big))
                        .output());
        assertInstanceOf(ProgramOutcome.Raised.class, script("import sys\nsys.exit(1)", ""));
        assertInstanceOf(ProgramOutcome.Crashed.class, script("import os\nos._exit(0)", ""));
    }

    @Test
    void startsFromACleanState() throws Exception {
        String poison =
                "import builtins, math, sys, json\nmath.pi = 3\nmath.sqrt = lambda x: 42\nbuiltins.len = lambda x: 42\n"
                        + "json.dumps = lambda *a, **k: 'x'\nsys.modules['re'] = None\nbuiltins.float = int\ndef solution():\n    return 1";
        for (int i = 0; i < 3; i++) {
            call(poison);
            assertEquals(
                    2.0,
                    value(
                                    "import math, re, json\ndef solution():\n    return math.sqrt(4) * len('a') * (math.pi > 3.1)")
                            .number()
                            .getAsDouble());
        }
    }

    @Test
    void isRepeatable() throws Exception {
        String random =
                "import random\ndef solution():\n    return str([random.random() for _ in range(3)]) + str({'a', 'b', 'c'})";
        assertEquals(value(random), value(random));
    }

    @Test
    void holdsTests() throws Exception {
        String program = "def f(x):\n    return x + 1\nlimit = 3";
        assertInstanceOf(ProgramOutcome.Completed.class, check(program, "assert f(1) == 2\nassert limit == 3"));
        assertEquals(
                "AssertionError",
                assertInstanceOf(ProgramOutcome.Raised.class, check(program, "assert f(1) == 3"))
                        .type());
        assertEquals(
                "NameError",
                assertInstanceOf(ProgramOutcome.Raised.class, check(program, "assert g(1) == 3"))
                        .type());
        assertInstanceOf(ProgramOutcome.Raised.class, check("raise ValueError('no')", "assert True"));
    }

    @Test
    void testsSeeWhatProgramsDo() throws Exception {
        passes(
                "def f(x):\n    x.sort()\n    x.append([1])\n    x[-1].append(x[0])",
                "a = [3, 1]\nassert f(a) is None\nassert a == [1, 3, [1, 1]]");
        passes(
                "class E(ValueError): pass\ndef f(x):\n    raise E('no')",
                "try:\n    f(1)\n    assert False\nexcept E as e:\n    assert str(e) == 'no'\ntry:\n    f(1)\nexcept ValueError:\n    pass");
        passes(
                "class V:\n    def __init__(s, x, y): s.x = x; s.y = y\n    def __add__(s, o): return V(s.x + o.x, s.y + o.y)\n"
                        + "    def __mul__(s, k): return V(s.x * k, s.y * k)\n    def __eq__(s, o): return (s.x, s.y) == (o.x, o.y)\n"
                        + "    def __len__(s): return 2\n    def __getitem__(s, i): return (s.x, s.y)[i]",
                "assert V(1, 2) + V(3, 4) == V(4, 6)\nassert (V(1, 2) * 3).x == 3\nassert isinstance(V(1, 2), V)\n"
                        + "assert V(1, 2) != V(1, 3)\nassert len(V(1, 2)) == 2 and V(1, 2)[1] == 2\nv = V(1, 2)\nv.x = 5\nassert v.x == 5");
        passes(
                "def g(n):\n    yield from range(n)\ndef h(fn, xs):\n    return [fn(x) for x in xs]\ndef adder(a):\n    return lambda b: a + b",
                "assert list(g(3)) == [0, 1, 2]\nassert h(lambda x: x * 2, [1, 2]) == [2, 4]\nassert h(abs, [-1]) == [1]\n"
                        + "assert adder(2)(3) == 5\nassert all(a == b for a, b in zip(g(2), [0, 1]))");
        passes(
                "from collections import Counter, OrderedDict, deque\nimport datetime, decimal, math\ndef f(x):\n    return x",
                "import datetime, decimal, fractions\nfrom collections import Counter, deque\nfor x in [None, True, 1, -10 ** 50, 1.5, float('inf'), 'a\\ud800', b'a', (1, (2,)), [1, [2]],\n"
                        + "        {'a': {1: 2}}, {1, 2}, frozenset([1]), Counter('aab'), deque([1]), decimal.Decimal('1.10'),\n"
                        + "        fractions.Fraction(1, 3), datetime.date(2020, 1, 2), datetime.timedelta(1, 2), 1 + 2j, range(1, 9, 2), bytearray(b'x')]:\n"
                        + "    assert f(x) == x and type(f(x)) is type(x), x\nassert math.isclose(f(0.1), 0.1)\nassert f(int) is int");
        passes(
                "def check_it(candidate):\n    return 0\ndef f(a, b=2, *, c=3):\n    return a + b + c",
                "def check(candidate):\n    assert candidate(1) == 6\n    assert candidate(1, b=1, c=1) == 3\ncheck(f)");
    }

    private void passes(String program, String test) throws Exception {
        ProgramOutcome outcome = check(program, test);
        assertInstanceOf(ProgramOutcome.Completed.class, outcome, outcome::toString);
    }

    @Test
    void inspects() throws Exception {
        ProgramInspection seen = runner().inspect(
                        "import os.path, numpy as np\nfrom math import pi\ndef f():\n    import sympy\ndef grade(sample, item, *, k=1): pass\ndef g(a, b=1, *c): pass");
        assertEquals("", seen.syntaxError());
        assertEquals(List.of("math", "numpy", "os", "sympy"), seen.modules());
        assertEquals(new ProgramInspection.Arity(2, 2, 0), seen.functions().get("grade"));
        assertEquals(
                new ProgramInspection.Arity(1, Integer.MAX_VALUE, 0),
                seen.functions().get("g"));
        assertFalse(runner().inspect("def (").syntaxError().isEmpty());
        assertEquals(List.of("no_such_module"), runner().missing(List.of("math", "no_such_module", "json")));
    }

    @Test
    void stopsAtLimits() throws Exception {
        ProgramLimits second = LIMITS.withTime(Duration.ofSeconds(1));
        call("def solution():\n    return 1");
        long start = System.nanoTime();
        for (String loop : List.of("while True:\n    pass", "import time\ntime.sleep(1e6)", "max(iter(int, 1))")) {
            ProgramOutcome outcome = runner().run(new ProgramTask.Script(loop, ""), second);
            assertEquals(
                    ProgramOutcome.Limit.TIME,
                    assertInstanceOf(ProgramOutcome.Stopped.class, outcome).limit());
        }
        assertTrue(System.nanoTime() - start < 9e9);
        for (String bomb : List.of("x = bytearray(1 << 28)", "x = []\nwhile True:\n    x.append(' ' * 100000)")) {
            ProgramOutcome outcome = script(bomb, "");
            assertEquals(
                    ProgramOutcome.Limit.MEMORY,
                    assertInstanceOf(ProgramOutcome.Stopped.class, outcome, outcome::toString)
                            .limit());
        }
        ProgramOutcome flood = script("while True:\n    print('x' * 1000)", "");
        assertEquals(
                ProgramOutcome.Limit.OUTPUT,
                assertInstanceOf(ProgramOutcome.Stopped.class, flood).limit());
        assertInstanceOf(
                ProgramOutcome.Completed.class, call("def solution():\n    return bytearray(1 << 20).count(0)"));
    }

    @Test
    void endsWhenInterrupted() throws Exception {
        ProgramRunner runner = runner();
        Thread caller = Thread.currentThread();
        Thread other = new Thread(() -> {
            // It runs its own part until it waits for the program.
            while (caller.getState() == Thread.State.RUNNABLE) {
                Thread.onSpinWait();
            }
            caller.interrupt();
        });
        other.start();
        long start = System.nanoTime();
        org.junit.jupiter.api.Assertions.assertThrows(
                InterruptedException.class, () -> runner.run(new ProgramTask.Script("while True: pass", ""), LIMITS));
        assertTrue(System.nanoTime() - start < 5e9);
        other.join();
        assertInstanceOf(ProgramOutcome.Completed.class, call("def solution():\n    return 1"));
    }
}
