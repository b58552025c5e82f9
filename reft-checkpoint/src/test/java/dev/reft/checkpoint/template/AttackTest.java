package dev.reft.checkpoint.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates that would take all time, memory or stack, or reach beyond the template. */
class AttackTest {
    private static final long MOST_BYTES = 1L << 29;
    private static final long SMALL_STACK = 512 * 1024;

    static List<String> attacks() {
        String grow = "{% set ns = namespace(s='ab', l=[1]) %}{% for i in range(1000) %}";
        List<String> all = new ArrayList<>(List.of(
                "{% for i in range(1000000000) %}x{% endfor %}",
                "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
                "{{ 'x' * 10000000000 }}",
                "{{ [0] * 10000000000 }}",
                "{{ ([0] * 100000) * 100000 }}",
                grow + "{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                grow + "{% set ns.s = ns.s + ns.s %}{% endfor %}",
                grow + "{% set ns.s = ns.s.replace('a', ns.s) %}{% endfor %}",
                grow + "{% set ns.s = ns.s.join([ns.s, ns.s]) %}{% endfor %}",
                grow + "{% set ns.s = '%s%s' % (ns.s, ns.s) %}{% endfor %}",
                grow + "{% set ns.s = '{}{}'.format(ns.s, ns.s) %}{% endfor %}",
                grow + "{% set ns.s %}{{ ns.s }}{{ ns.s }}{% endset %}{% endfor %}",
                grow + "{% set ns.s = ns.s | tojson %}{% endfor %}",
                grow + "{% set ns.l = ns.l + ns.l %}{% endfor %}",
                grow + "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
                grow + "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}",
                "{% set ns = namespace(l=[], m=[]) %}{% for i in range(90) %}{% set ns.l = [ns.l, ns.l] %}"
                        + "{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
                "{% set ns = namespace(l=[], m=[]) %}{% for i in range(90) %}{% set ns.l = [ns.l, ns.l] %}"
                        + "{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l < ns.m }}",
                "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(90) }}",
                "{% for m in [1, 2] recursive %}{% if loop.depth < 90 %}{{ loop([1, 2]) }}{% endif %}{% endfor %}",
                "{{ 2 ** 10 ** 8 }}",
                "{{ 9 ** 9 ** 9 }}",
                "{{ 10 ** 400 }}",
                "{{ 'x'.center(10000000000) }}",
                "{{ 'x' | center(10000000000) }}",
                "{{ 'x'.ljust(10000000000) }}",
                "{{ 'x'.zfill(10000000000) }}",
                "{{ 'x\ny' | indent(10000000000) }}",
                "{{ '%10000000000d' % 1 }}",
                "{{ '%.999999999f' % 1.5 }}",
                "{{ '%s' * 1000000 % ('x' * 1000000) }}",
                "{{ [[1]] | tojson(indent=10000000000) }}",
                "{{ [1] | batch(10000000000, 0) | list }}",
                "{{ [1] | slice(10000000000) | list }}",
                "{{ ('a' * 1000000).find('a' * 500000 + 'b') }}{{ ('a' * 1000000).count('a' * 500000 + 'b') }}",
                "{{ ('a' * 4000000).replace('a' * 100000 + 'b', '') }}",
                "{{ ('a' * 4000000).split('a' * 100000 + 'b') }}",
                "{{ ('a' * 4000000).strip('b' * 4000000 + 'a') }}",
                "{{ ('ab' * 1000000) | replace('a', 'x' * 1000) }}",
                "{{ range(100000) | list | join('x' * 100000) }}",
                "{% for i in range(100000) %}{{ range(100000) | list | length }}{% endfor %}",
                "{% for i in range(100000) %}{{ range(100000) | sum }}{% endfor %}",
                "{% for i in range(100000) %}{{ 99999 in range(100000) }}{% endfor %}",
                "{% for i in range(100000) %}{{ (range(100000) | list)[::-1] | length }}{% endfor %}",
                "{% for i in range(100000) %}{{ range(100000) | map('string') | select('string') | join }}{% endfor %}",
                "x".repeat(2_000_000)));
        all.addAll(deep());
        all.addAll(escapes());
        return all;
    }

    static List<String> deep() {
        return List.of(
                "{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
                "{% set ns = namespace() %}{% set ns.me = [ns] %}{{ ns.me }}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{% macro f() %}{{ caller() }}{% endmacro %}{% macro g() %}{% call f() %}{{ g() }}{% endcall %}{% endmacro %}{{ g() }}",
                "{% for m in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{{ " + "(".repeat(100_000) + "1" + ")".repeat(100_000) + " }}",
                "{{ " + "[".repeat(100_000) + "]".repeat(100_000) + " }}",
                "{{ " + "not ".repeat(100_000) + "1 }}",
                "{{ " + "-".repeat(100_000) + "1 }}",
                "{{ 1" + " + 1".repeat(100_000) + " }}",
                "{{ 1" + " ** 1".repeat(100_000) + " }}",
                "{{ 1" + " and 1".repeat(100_000) + " }}",
                "{{ messages" + ".a".repeat(100_000) + " }}",
                "{{ 'a'" + " | upper".repeat(90_000) + " }}",
                "{{ 1" + " if 1 else 1".repeat(50_000) + " }}",
                "{% if 1 %}".repeat(50_000),
                "{% for i in [1] %}".repeat(200) + "{% endfor %}".repeat(200));
    }

    static List<String> escapes() {
        return List.of(
                "{{ ''.__class__ }}",
                "{{ ''.__class__.__mro__[1].__subclasses__() }}",
                "{{ ''['__class__'] }}",
                "{{ '' | attr('__class__') }}",
                "{{ [''] | map(attribute='__class__') | list }}",
                "{{ messages | selectattr('__class__') | list }}",
                "{{ raise_exception.__globals__ }}",
                "{{ range.__init__.__globals__ }}",
                "{{ namespace().__init__ }}",
                "{{ namespace()._Namespace__attrs }}",
                "{% macro f() %}{% endmacro %}{{ f._func }}",
                "{% for i in [1] %}{{ loop._iterable }}{% endfor %}",
                "{{ '{0.__class__}'.format(1) }}",
                "{{ '{0[a]}'.format({}) }}",
                "{{ ''.format_map }}",
                "{{ messages.append(1) }}",
                "{{ messages[0].update({'role': 'x'}) }}",
                "{{ messages[0].pop('role') }}",
                "{{ self }}",
                "{{ self.__init__ }}",
                "{{ lipsum.__globals__['os'] }}",
                "{{ cycler.__init__ }}",
                "{% set messages[0] = 1 %}",
                "{% set x.y = 1 %}",
                "{% include '/etc/passwd' %}",
                "{% import 'os' as os %}",
                "{% from 'os' import path %}",
                "{% extends 'base' %}",
                "{% block x %}{% endblock %}",
                "{% autoescape true %}{% endautoescape %}",
                "{% do messages.append(1) %}");
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void isRefusedQuicklyInLittleMemory(String template) {
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> {
            long before = allocated();
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            TemplateException e = assertThrows(TemplateException.class, () -> render(template));
            assertTrue(e.line() >= 1 && e.getMessage().startsWith("attack, line "), e.getMessage());
            assertTrue(e.getMessage().length() < 500, e.getMessage());
            long used = allocated() - before;
            assertTrue(used < MOST_BYTES, "bytes allocated: " + used);
            // its own time: others may hold the machine
            long worked = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            assertTrue(worked < 2_000_000_000L, "nanoseconds of work: " + worked);
        });
    }

    @Test
    void depthIsRefusedBeforeASmallStackOverflows() throws Exception {
        List<Throwable> thrown = new ArrayList<>();
        Thread thread = new Thread(
                null,
                () -> deep().forEach(template -> {
                    try {
                        render(template);
                    } catch (TemplateException expected) {
                        assertTrue(expected.line() >= 1);
                    } catch (Throwable e) {
                        thrown.add(e);
                    }
                }),
                "small stack",
                SMALL_STACK);
        thread.start();
        thread.join();
        assertEquals(List.of(), thrown);
    }

    private static long allocated() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static String render(String template) {
        return ChatTemplate.parse(template, "attack")
                .render(Map.of("messages", List.of(Map.of("role", "user", "content", "hi"))))
                .text();
    }

    @Test
    void longChatsAreNoAttack() {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            messages.add(Map.of(
                    "role", i % 2 == 0 ? "user" : "assistant", "content", "<think>a</think>" + "word ".repeat(800)));
        }
        String template =
                "{% for m in messages[::-1] %}{% set c = m.content.split('</think>')[-1].lstrip('\n') | trim %}"
                        + "{{ '<|' + m.role + '|>' + c ~ '\n' }}{% if '</think>' in m.content %}{{ m | tojson }}{% endif %}{% endfor %}";
        RenderedChat chat = ChatTemplate.parse(template, "long").render(Map.of("messages", messages));
        assertTrue(chat.text().length() > 4_000_000);
    }
}
