"""Refuse the system calls that no course needs, with a seccomp filter: seccomp(2).

It closes what namespaces and Landlock leave open: sockets of every family except Unix (AF_VSOCK
reaches the host of a virtual machine), memory that no limit counts, the cores and the priority that
an exam was given, and kernel code that only attackers use, such as a modem's driver on a terminal.
A refused call returns an error number: libraries that try one can continue.
"""

import ctypes
import errno
import platform
import socket

from autograder.sandbox.isolation.syscalls import PR_SET_SECCOMP, prctl

# Numbers of <asm/unistd.h>, by machine.
_REFUSED = {
    "x86_64": {
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311,
        "add_key": 248, "request_key": 249, "keyctl": 250,
        "bpf": 321, "perf_event_open": 298, "userfaultfd": 323,
        "mount": 165, "umount2": 166, "pivot_root": 155, "unshare": 272, "setns": 308,
        "memfd_create": 319, "shmget": 29, "msgget": 68,
        "sched_setaffinity": 203, "sched_setattr": 314, "setpriority": 141, "ioprio_set": 251,
    },
    "aarch64": {
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271,
        "add_key": 217, "request_key": 218, "keyctl": 219,
        "bpf": 280, "perf_event_open": 241, "userfaultfd": 282,
        "mount": 40, "umount2": 39, "pivot_root": 41, "unshare": 97, "setns": 268,
        "memfd_create": 279, "shmget": 194, "msgget": 186,
        "sched_setaffinity": 122, "sched_setattr": 274, "setpriority": 140, "ioprio_set": 30,
    },
}  # fmt: skip
_REFUSED_EVERYWHERE = {
    "io_uring_setup": 425, "open_tree": 428, "move_mount": 429, "fsopen": 430,
    "mount_setattr": 442,
}  # fmt: skip
_CLONE3 = 435
_SOCKET = {"x86_64": 41, "aarch64": 198}
_CLONE = {"x86_64": 56, "aarch64": 220}
_IOCTL = {"x86_64": 16, "aarch64": 29}
# Line disciplines are old drivers that Linux loads on request; pushed input is that of another.
_TIOCSETD, _TIOCSTI = 0x5423, 0x5412
_ARCHITECTURE = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
_OTHER_ABI = 0x4000_0000  # x32 numbers on x86_64; no number is this high elsewhere
_NEW_NAMESPACES = 0x7E02_0000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL = 0x7FFF_0000, 0x0005_0000
# In struct seccomp_data, little-endian.
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENT_AT, _SECOND_ARGUMENT_AT = 0, 4, 16, 24
_MODE_FILTER = 2
_AF_NETLINK = 16

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, constant


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Instruction)))


def program(machine: str) -> list[Instruction]:
    """Return the filter for a machine, as instructions of classic BPF."""
    refused = {**_REFUSED[machine], **_REFUSED_EVERYWHERE}
    lines: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, _ARCHITECTURE[machine]),
        _fail(errno.EPERM),
        (_LOAD, 0, 0, _NUMBER_AT),
        *_when(_AT_LEAST, _OTHER_ABI, errno.EPERM),
        *_when(
            _EQUAL, _CLONE3, errno.ENOSYS
        ),  # its flags cannot be checked: libc uses `clone` instead
    ]
    for number in refused.values():
        lines += _when(_EQUAL, number, errno.EPERM)
    return [
        *lines,
        (_EQUAL, 0, 5, _IOCTL[machine]),
        (_LOAD, 0, 0, _SECOND_ARGUMENT_AT),
        (_EQUAL, 1, 0, _TIOCSETD),
        (_EQUAL, 0, 1, _TIOCSTI),
        _fail(errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
        (_EQUAL, 0, 4, _SOCKET[machine]),
        (_LOAD, 0, 0, _ARGUMENT_AT),
        (_EQUAL, 6, 0, int(socket.AF_UNIX)),
        (_EQUAL, 5, 0, _AF_NETLINK),  # ZeroMQ lists interfaces, and aborts if it cannot
        _fail(errno.EAFNOSUPPORT),
        (_EQUAL, 0, 3, _CLONE[machine]),
        (_LOAD, 0, 0, _ARGUMENT_AT),
        (_ANY_BIT, 0, 1, _NEW_NAMESPACES),
        _fail(errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]


def install() -> None:
    """Apply the filter to this process and its descendants; `no_new_privs` must be set."""
    lines = program(platform.machine())
    filters = (_Instruction * len(lines))(*(_Instruction(*line) for line in lines))
    compiled = _Program(len(lines), filters)
    prctl(PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(compiled))


def _when(test: int, constant: int, error: int) -> list[Instruction]:
    return [(test, 0, 1, constant), _fail(error)]


def _fail(error: int) -> Instruction:
    return _RETURN, 0, 0, _FAIL | error
