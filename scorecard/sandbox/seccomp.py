"""Refuse system calls that no learner's code needs and that attack what is outside it.

A filter in the kernel's own small language (seccomp, BPF), set by the process itself before any of
the learner's code is loaded; it can never be lifted, and every child inherits it. The calls are
those Flatpak and container engines refuse: looking into other processes, mounting, new namespaces,
keys, kernel modules, tracing, io_uring, typing into somebody's terminal. Two more would hide memory
from the guard that counts it; so would larger buffers of sockets, which stay as they are. And
nobody may change what SIGCHLD does: where it is ignored, the kernel forgets what ended children
have used, and the meter with it.

Linux on x86-64 and arm64; elsewhere nothing is refused, and ``forbid`` says so. Only the standard
library: every worker pays for this start.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterator

CALLS = {
    "x86_64": {
        "ptrace": 101, "syslog": 103, "personality": 135, "uselib": 134, "pivot_root": 155,
        "acct": 163, "mount": 165, "umount2": 166, "swapon": 167, "swapoff": 168, "reboot": 169,
        "iopl": 172, "ioperm": 173, "init_module": 175, "delete_module": 176, "quotactl": 179,
        "lookup_dcookie": 212, "kexec_load": 246, "add_key": 248, "request_key": 249,
        "keyctl": 250, "unshare": 272, "move_pages": 279, "perf_event_open": 298,
        "name_to_handle_at": 303, "open_by_handle_at": 304, "setns": 308,
        "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "finit_module": 313,
        "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323, "chroot": 161,
        "settimeofday": 164, "clock_settime": 227, "vhangup": 153,
        "memfd_create": 319, "shmget": 29,
    },
    "aarch64": {
        "ptrace": 117, "syslog": 116, "personality": 92, "pivot_root": 41, "acct": 89,
        "mount": 40, "umount2": 39, "swapon": 224, "swapoff": 225, "reboot": 142,
        "init_module": 105, "delete_module": 106, "quotactl": 60, "lookup_dcookie": 18,
        "kexec_load": 104, "add_key": 217, "request_key": 218, "keyctl": 219, "unshare": 97,
        "move_pages": 239, "perf_event_open": 241, "name_to_handle_at": 264,
        "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270,
        "process_vm_writev": 271, "kcmp": 272, "finit_module": 273, "kexec_file_load": 294,
        "bpf": 280, "userfaultfd": 282, "chroot": 51, "settimeofday": 170,
        "clock_settime": 112, "vhangup": 58, "memfd_create": 279, "shmget": 194,
    },
}  # fmt: skip
NEWER = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442,
}  # fmt: skip
"""Calls that have the same number everywhere."""

CLONE = {"x86_64": 56, "aarch64": 220}
IOCTL = {"x86_64": 16, "aarch64": 29}
SIGACTION = {"x86_64": 13, "aarch64": 134}
SIGCHLD = 17
SETSOCKOPT = {"x86_64": 54, "aarch64": 208}
SOL_SOCKET = 1
BUFFERS = (7, 8, 32, 33)
"""Options that make a socket's buffers larger: SO_SNDBUF, SO_RCVBUF, and both by force."""

CLONE3 = 435
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NEW_NAMESPACES = 0x7E020080
"""The flags of ``clone`` for any new namespace."""

TIOCSTI, TIOCLINUX = 0x5412, 0x541C
EPERM, ENOSYS = 1, 38

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST, SECOND, SECOND_HIGH, THIRD = 0, 4, 16, 24, 28, 32
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
X32 = 0x40000000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER_MODE = 38, 22, 2


def rules(machine: str) -> bytes:
    """Write the filter for one kind of machine."""
    return b"".join(struct.pack("=HBBI", *rule) for rule in _rules(machine))


def _rules(machine: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield instructions: what, how many to skip if so, how many if not, with what."""
    yield LOAD, 0, 0, ARCHITECTURE
    yield EQUAL, 1, 0, AUDIT[machine]
    yield RETURN, 0, 0, KILL  # another architecture's numbers mean other calls
    yield LOAD, 0, 0, NUMBER
    if machine == "x86_64":
        yield from _refuse(AT_LEAST, X32, ENOSYS)
    for number in sorted({*CALLS[machine].values(), *NEWER.values()}):
        yield from _refuse(EQUAL, number, EPERM)
    yield from _refuse(EQUAL, CLONE3, ENOSYS)  # its flags cannot be seen; libc then uses clone
    yield EQUAL, 0, 4, CLONE[machine]
    yield LOAD, 0, 0, FIRST
    yield from _refuse(ANY_BIT, NEW_NAMESPACES, EPERM)
    yield RETURN, 0, 0, ALLOW
    yield from _keep_buffers(machine)
    yield from _keep_signal(machine)
    yield EQUAL, 0, 5, IOCTL[machine]
    yield LOAD, 0, 0, SECOND
    yield from _refuse(EQUAL, TIOCSTI, EPERM)
    yield from _refuse(EQUAL, TIOCLINUX, EPERM)
    yield RETURN, 0, 0, ALLOW


def _keep_buffers(machine: str) -> Iterator[tuple[int, int, int, int]]:
    """Say yes to larger buffers of a socket, and change nothing: no process's memory holds them."""
    yield EQUAL, 0, 4 + 2 * len(BUFFERS), SETSOCKOPT[machine]
    yield LOAD, 0, 0, SECOND
    yield EQUAL, 0, 1 + 2 * len(BUFFERS), SOL_SOCKET
    yield LOAD, 0, 0, THIRD
    for option in BUFFERS:
        yield from _refuse(EQUAL, option, 0)
    yield RETURN, 0, 0, ALLOW


def _keep_signal(machine: str) -> Iterator[tuple[int, int, int, int]]:
    """Let SIGCHLD be asked about, where the second argument is null, and not be changed."""
    yield EQUAL, 0, 8, SIGACTION[machine]
    yield LOAD, 0, 0, FIRST
    yield EQUAL, 0, 5, SIGCHLD
    yield LOAD, 0, 0, SECOND
    yield EQUAL, 0, 2, 0
    yield LOAD, 0, 0, SECOND_HIGH
    yield EQUAL, 1, 0, 0
    yield RETURN, 0, 0, ERROR | EPERM
    yield RETURN, 0, 0, ALLOW


def _refuse(what: int, value: int, error: int) -> Iterator[tuple[int, int, int, int]]:
    yield what, 0, 1, value
    yield RETURN, 0, 0, ERROR | error


class _Program(ctypes.Structure):
    _fields_ = (("count", ctypes.c_ushort), ("rules", ctypes.c_char_p))


def forbid() -> bool:
    """Set the filter for this process and all it will start; say whether it is set."""
    machine = os.uname().machine if sys.platform == "linux" else ""
    if machine not in CALLS:
        return False
    written = rules(machine)
    program = _Program(len(written) // 8, written)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not libc.prctl(PR_SET_SECCOMP, FILTER_MODE, ctypes.byref(program), 0, 0)
