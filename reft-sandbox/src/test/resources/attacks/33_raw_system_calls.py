# row: own: raw system calls, other tables of them
import ctypes


def solution(context):
    libc = ctypes.CDLL(None, use_errno=True)
    done = []
    # ptrace, unshare, io_uring_setup, memfd_create, userfaultfd, bpf, process_vm_readv, clone3, pidfd_open, keyctl, setns
    for number in (101, 272, 425, 319, 323, 321, 310, 435, 434, 250, 308):
        if libc.syscall(number, 0, 0, 0, 0, 0) >= 0 or ctypes.get_errno() != 1:
            done.append(number)
    if done:
        return "BREACH: %r" % done
    libc.syscall(0x40000000 | 39)  # getpid of the x32 table: kills
    return "BREACH: x32"
