"""A server that runs each task in a confined child of its own. It never sees a task: the child reads it."""
import ctypes, errno, gc, io, os, platform, resource, select, signal, struct, time

HEADER = struct.Struct("<IQIII")  # milliseconds, bytes of memory, bytes of output, length of the task, length of the test or 0
ALLOWED = {  # system call: its number on x86_64 and on aarch64 (None: it does not exist there)
    "read": (0, 63), "write": (1, 64), "open": (2, None), "close": (3, 57), "stat": (4, None), "fstat": (5, 80),
    "lstat": (6, None), "poll": (7, None), "lseek": (8, 62), "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215),
    "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "pread64": (17, 67),
    "readv": (19, 65), "writev": (20, 66), "access": (21, None), "select": (23, None), "sched_yield": (24, 124),
    "mremap": (25, 216), "madvise": (28, 233), "dup": (32, 23), "dup2": (33, None), "nanosleep": (35, 101), "getpid": (39, 172),
    "exit": (60, 93), "uname": (63, 160), "getdents": (78, None), "getcwd": (79, 17), "readlink": (89, None),
    "gettimeofday": (96, 169), "getrlimit": (97, 163), "getrusage": (98, 165), "times": (100, 153), "getuid": (102, 174),
    "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177), "getppid": (110, 173), "sigaltstack": (131, 132),
    "gettid": (186, 178), "time": (201, None), "futex": (202, 98), "sched_getaffinity": (204, 123), "getdents64": (217, 61),
    "restart_syscall": (219, 128), "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "exit_group": (231, 94), "openat": (257, 56), "newfstatat": (262, 79), "readlinkat": (267, 78), "faccessat": (269, 48),
    "pselect6": (270, 72), "ppoll": (271, 73), "dup3": (292, 24), "getrandom": (318, 278), "statx": (332, 291),
    "faccessat2": (439, 439),
}
BY_COMMAND = {  # allowed with these second arguments only: no signal to another process by way of a descriptor
    "ioctl": ((16, 29), (0x5401, 0x5450, 0x5451)),  # TCGETS, FIONCLEX, FIOCLEX
    "fcntl": ((72, 25), (0, 1, 2, 3, 1030)),  # DUPFD, GETFD, SETFD, GETFL, DUPFD_CLOEXEC
}
OTHER = {"landlock_create_ruleset": (444, 444), "landlock_add_rule": (445, 445), "landlock_restrict_self": (446, 446),
         "capset": (126, 91), "seccomp": (317, 277)}
AUDIT_ARCH = (0xC000003E, 0xC00000B7)
MACHINES = {"x86_64": 0, "aarch64": 1}
STANDARD = ("math cmath random itertools functools collections re json datetime decimal fractions statistics string heapq bisect"
            " numbers operator copy typing dataclasses enum time calendar textwrap hashlib zlib struct array queue unicodedata"
            " inspect contextlib abc types ast traceback io csv secrets uuid importlib.util zoneinfo graphlib").split()
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

libc = ctypes.CDLL(None, use_errno=True)
machine = MACHINES.get(platform.machine())
without = set(sys.argv[1].split(","))  # protections left out, to test that the probe tells


class Refused(Exception):
    pass


def system_call(name, *values):
    number = OTHER[name][machine]
    result = libc.syscall(number, *[ctypes.c_long(v) if isinstance(v, int) else v for v in values])
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def control(option, value):
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl %d" % option)


# ---- the child's protections


def limit_resources(milliseconds, memory):
    seconds = milliseconds // 1000 + 2
    limits = [(resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NPROC, 0), (resource.RLIMIT_CORE, 0),
              (resource.RLIMIT_MEMLOCK, 0), (resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_MSGQUEUE, 0)]
    if "memory" not in without:
        limits.append((resource.RLIMIT_AS, own_memory + memory))
    for name, value in limits:
        hard = resource.getrlimit(name)[1]
        resource.setrlimit(name, (value if hard < 0 else min(value, hard),) * 2)


def drop_capabilities():
    header = struct.pack("<Ii", 0x20080522, 0)
    system_call("capset", ctypes.c_char_p(header), ctypes.c_char_p(bytes(24)))


def confine_files():
    """Landlock: nothing but reading below Python's own folders; no TCP, no signals or abstract sockets to outside."""
    handled = (1 << 13) - 1 | (1 << 13 if landlock >= 2 else 0) | (1 << 14 if landlock >= 3 else 0) | (1 << 15 if landlock >= 5 else 0)
    attributes = struct.pack("<QQQ", handled, 3 if landlock >= 4 else 0, 3 if landlock >= 6 else 0)
    size = 24 if landlock >= 6 else 16 if landlock >= 4 else 8
    rules = system_call("landlock_create_ruleset", ctypes.c_char_p(attributes), size, 0)
    for folder in folders:
        fd = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        # READ_FILE and READ_DIR of a folder, READ_FILE of a file.
        system_call("landlock_add_rule", rules, 1, ctypes.c_char_p(struct.pack("<Qi", 12 if os.path.isdir(folder) else 4, fd)), 0)
        os.close(fd)
    system_call("landlock_restrict_self", rules, 0)
    os.close(rules)


def filter_calls():
    """seccomp: an allow list; what is not on it fails with EPERM, a foreign architecture's call kills."""
    load, equal, below, end = 0x20, 0x15, 0x35, 0x06
    kill, refuse, allow = 0x80000000, 0x00050000 | errno.EPERM, 0x7FFF0000
    code = [(load, 0, 0, 4), (equal, 1, 0, AUDIT_ARCH[machine]), (end, 0, 0, kill), (load, 0, 0, 0)]
    if machine == 0:
        code += [(below, 0, 1, 0x40000000), (end, 0, 0, kill)]  # the x32 table
    for numbers in ALLOWED.values():
        if numbers[machine] is not None:
            code += [(equal, 0, 1, numbers[machine]), (end, 0, 0, allow)]
    for numbers, commands in BY_COMMAND.values():
        code += [(equal, 0, 2 * len(commands) + 2, numbers[machine]), (load, 0, 0, 24)]
        for command in commands:
            code += [(equal, 0, 1, command), (end, 0, 0, allow)]
        code += [(end, 0, 0, refuse)]
    code += [(end, 0, 0, refuse)]
    program = b"".join(struct.pack("<HBBI", *line) for line in code)
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(code), ctypes.addressof(buffer))
    system_call("seccomp", 1, 0, ctypes.c_char_p(head))


def confine(milliseconds, memory, keep):
    """Gives up everything but computing; keep are the descriptors that stay."""
    os.setsid()
    for name in list(os.environ):
        del os.environ[name]
    os.environ.update(ENVIRONMENT)
    for low, high in zip([-1] + sorted(keep), sorted(keep) + [4096]):
        if low + 1 < high:  # an empty range from 0 would close all
            os.closerange(low + 1, high)
    os.chdir("/")
    limit_resources(milliseconds, memory)
    drop_capabilities()
    control(38, 1)  # PR_SET_NO_NEW_PRIVS
    if "landlock" not in without:
        confine_files()
    if "seccomp" not in without:
        filter_calls()


# ---- the child


def child(length, milliseconds, memory, result, output, link):
    """Reads its task from the server's input, lays down its rights, and runs it. Never returns."""
    confined = False
    try:
        control(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != server:
            os._exit(1)
        task = json.loads(read_exactly(0, length))
        os.write(result, b"k")  # the server may read its input again
        null = os.open(os.devnull, os.O_RDWR)
        stdin = os.memfd_create("input")
        os.write(stdin, task.pop("input", "").encode("utf-8", "surrogatepass"))
        os.lseek(stdin, 0, os.SEEK_SET)
        os.dup2(stdin, 0)
        os.dup2(null if output is None else output, 1)
        os.dup2(null, 2)
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "r", closefd=False)), encoding="utf-8", errors="replace")
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8", errors="replace")
        sys.stderr = io.TextIOWrapper(io.BufferedWriter(io.FileIO(2, "w", closefd=False)), encoding="utf-8", errors="replace")
        random.seed(42)
        confine(milliseconds, memory, {0, 1, 2, result} | set(link))
        confined = True
        os.write(result, b"c")
        probe = task["task"] == "probe"
        reply = {"end": "probe", "broken": probing(memory)} if probe else answer(task, *link) if link else answer(task, -1, -1)
        data = json.dumps(reply).encode("ascii")
        while data:
            data = data[os.write(result, data):]
        os._exit(0)
    except BaseException as error:
        if not confined:
            os.write(result, repr(error).encode("ascii", "replace")[:999])
        os._exit(3)


def tried(action):
    try:
        action()
        return True
    except Exception:
        return False


def probing(memory):
    """Tries what must fail; the protections that did not hold."""
    import _thread
    import socket
    import subprocess
    attempts = {
        "read a file": lambda: open("/etc/passwd").read(1),
        "list a folder": lambda: os.listdir("/etc"),
        "read another process": lambda: open("/proc/%d/maps" % server).read(1),
        "write a file": lambda: open("/tmp/reft-probe-%d" % os.getpid(), "w"),
        "write to Python's folders": lambda: open(os.path.join(folders[0], "reft-probe"), "w"),
        "open a socket": lambda: socket.socket(),
        "start a process": lambda: os._exit(9) if os.fork() == 0 else None,
        "start a program": lambda: subprocess.run(["true"]),
        "start a thread": lambda: _thread.start_new_thread(time.sleep, (9,)),
        "signal its parent": lambda: os.kill(server, 0),
        "signal by a descriptor": lambda: __import__("fcntl").fcntl(1, 8, server),
        "change another's limits": lambda: resource.prlimit(server, resource.RLIMIT_CORE, (0, 0)),
        "make a file in memory": lambda: os.memfd_create("x"),
        "change a file's mode": lambda: os.chmod("/tmp", 0o1777),
        "allocate past its limit": lambda: bytearray(memory + (64 << 20)),
    }
    return [what for what, action in attempts.items() if tried(action)] + (
        ["see the environment"] if set(os.environ) - set(ENVIRONMENT) else [])


# ---- the server


def read_exactly(fd, count):
    parts = []
    while count:
        part = os.read(fd, min(count, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def frame(kind, data):
    head = kind + struct.pack("<I", len(data))
    data = memoryview(bytes(head) + bytes(data)) if kind == b"e" else data
    for part in ((data,) if kind == b"e" else (head, data)):
        view = memoryview(part)
        while view:
            view = view[os.write(1, view):]


def start(length, milliseconds, memory, output, link, others):
    """Forks a child and waits until it has read its task and is confined: only then does the program get to speak."""
    take, give = os.pipe()
    pid = os.fork()
    if pid == 0:
        for fd in others + [take]:
            os.close(fd)
        child(length, milliseconds, memory, give, output, link)
    os.close(give)
    if os.read(take, 1) != b"k":
        raise EOFError
    if (first := os.read(take, 1)) != b"c":
        raise Refused("a child could not be confined: %r" % (first + os.read(take, 999)))
    return pid, take


def run(milliseconds, memory, most, first, second):
    """Runs one task, or a program and its test, and forwards what it writes. Buffers are wiped: the next child inherits them."""
    begin = time.monotonic()
    out, out_end = os.pipe()
    opened = [out, out_end]
    pids = []
    limit = ""
    try:
        if second:
            there, back = os.pipe(), os.pipe()
            opened += [*there, *back]
            pid, take = start(first, milliseconds, memory, None, (there[0], back[1]), [out, out_end, there[1], back[0]])
            pids.append(pid)
            os.close(take)
            pid, take = start(second, milliseconds, memory, out_end, (back[0], there[1]), [out, there[0], back[1]])
        else:
            pid, take = start(first, milliseconds, memory, out_end, (), [out])
        pids.append(pid)
        opened.append(take)
        for fd in opened:
            if fd not in (out, take):
                os.close(fd)
        opened = [out, take]
        limit = forward(begin + milliseconds / 1000, most, pid, out, take)
    finally:
        for fd in opened:
            os.close(fd)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
    status = 0
    for pid in pids:
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"status": status, "limit": limit, "seconds": time.monotonic() - begin}


def forward(deadline, most, pid, out, take):
    """Until the child has ended: b"o" frames of its output and b"r" frames of its answer. The limit it broke, or ""."""
    buffer = bytearray(65536)
    counts = {out: 0, take: 0}
    ended = os.pidfd_open(pid)
    try:
        waiting = [out, take, ended, 0]
        while ended in waiting or out in waiting or take in waiting:
            left = deadline - time.monotonic()
            ready = select.select(waiting, [], [], max(0, left))[0] if left > 0 else []
            if not ready:
                return "time"
            if 0 in ready:
                raise EOFError  # the JVM is gone, or wants the child gone
            for fd in ready:
                if fd == ended:
                    waiting.remove(fd)
                    continue
                count = os.readv(fd, [buffer])
                if count == 0:
                    waiting.remove(fd)
                    continue
                counts[fd] += count
                if counts[fd] > most + (1 << 16 if fd == take else 0):
                    return "output"
                frame(b"o" if fd == out else b"r", memoryview(buffer)[:count])
                buffer[:count] = bytes(count)
        return ""
    finally:
        buffer[:] = bytes(len(buffer))
        os.close(ended)


def unshare():
    """Into namespaces of its own, where that is allowed: no network, no other processes; all die with the first one."""
    user, group = os.getuid(), os.getgid()
    if "namespaces" in without or libc.unshare(0x10000000 | 0x40000000 | 0x08000000 | 0x04000000 | 0x20000000) != 0:
        return "not allowed here"
    for name, text in (("setgroups", "deny"), ("uid_map", "65534 %d 1" % user), ("gid_map", "65534 %d 1" % group)):
        try:
            with open("/proc/self/" + name, "w") as file:
                file.write(text)
        except OSError:
            pass  # without a map it is nobody all the same
    inner = os.fork()
    if inner:
        os.closerange(0, 2)
        signal.signal(signal.SIGTERM, lambda *_: os.kill(inner, signal.SIGKILL))
        os._exit(os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1]) & 0xFF)
    control(1, signal.SIGKILL)
    return "user, network, ipc, uts, pid"


def python_folders():
    """Where Python's own files lie: what a program may read."""
    import sysconfig
    names = [sysconfig.get_path(p) for p in ("stdlib", "platstdlib")] + [p for p in sys.path if p]
    return sorted({os.path.realpath(p) for p in names if os.path.exists(p)} - {"/"})


def report(reply):
    frame(b"e", json.dumps(reply).encode("ascii"))


try:
    if machine is None or sys.platform != "linux":
        raise Refused("no table of system calls for %s on %s" % (sys.platform, platform.machine()))
    if sys.version_info < (3, 9):
        raise Refused("Python %s is older than 3.9" % platform.python_version())
    try:
        landlock = system_call("landlock_create_ruleset", None, 0, 1)
    except OSError as error:
        raise Refused("the kernel has no Landlock (%s)" % error)
    preloaded = []
    for name in STANDARD + ["sympy"]:
        try:
            __import__(name)
            preloaded.append(name)
        except Exception:
            pass
    import random
    if "sympy" in preloaded:
        __import__("sympy").sympify("x + 1")
    folders = python_folders()
    namespaces = unshare()
    server = os.getpid()
    own_memory = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    report({"python": platform.python_version(), "sympy": "sympy" in preloaded, "protections": {
        "landlock": "version %d" % landlock, "seccomp": "allow list of %d calls" % len(ALLOWED), "namespaces": namespaces,
        "rlimits": "cpu, memory, files, processes", "folders": ", ".join(folders)}})
    while True:
        report(run(*HEADER.unpack(read_exactly(0, HEADER.size))))
except Refused as refused:
    report({"refused": str(refused)})
except EOFError:
    pass
except Exception as failure:
    report({"refused": repr(failure)[:999]})
