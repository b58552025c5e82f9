package dev.reft.sandbox;
import dev.reft.graders.programs.*;
import java.time.Duration;
import org.junit.jupiter.api.Test;
class ScratchTest {
    @Test void a() throws Exception {
        ProgramRunner r = Backends.embedded();
        ProgramLimits second = RunnerContract.LIMITS.withTime(Duration.ofSeconds(1));
        System.out.println(r.run(new ProgramTask.Call("import no_such_module","solution",java.util.List.of()), RunnerContract.LIMITS));
        for (String s : new String[]{"while True:\n    pass", "import time\ntime.sleep(1e6)", "max(iter(int, 1))", "10**10**8", "import re\nre.match('(a+)+$', 'a'*40+'b')"}) {
            long t = System.nanoTime();
            System.out.println(s + " -> " + r.run(new ProgramTask.Script(s, ""), second) + " " + (System.nanoTime() - t) / 1e6);
        for (Thread th : Thread.getAllStackTraces().keySet()) if (th.getName().equals("reft-guest")) { System.out.println("still " + th + th.isInterrupted()); for (int i = 0; i < Math.min(12, th.getStackTrace().length); i++) System.out.println("   " + th.getStackTrace()[i]); }
        }
        long t = System.nanoTime();
        for (int i = 0; i < 50; i++) r.run(new ProgramTask.Call("def solution():\n    return 1","solution",java.util.List.of()), RunnerContract.LIMITS);
        System.out.println("per call ms " + (System.nanoTime() - t) / 5e7);
    }
}
