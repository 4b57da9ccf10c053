"""As whom PostgreSQL runs: it refuses root, so root lends it another identity without making a user."""

import ctypes
import os
import pwd
from collections.abc import Callable
from enum import Enum
from functools import cache
from pathlib import Path

from brokerage.local import sentences

_CLONE_NEWUSER = 0x10000000  # linux/sched.h
_libc = ctypes.CDLL(None, use_errno=True)


class Guise(Enum):
    """The three ways to run PostgreSQL.

    OURSELVES: an ordinary account. NAMESPACE: root, seen as somebody else in a user namespace; files stay
    root's. STRANGER: root where namespaces are blocked (most containers), so really another user, who must be
    able to reach the programs and to own the data.
    """

    OURSELVES = "ourselves"
    NAMESPACE = "namespace"
    STRANGER = "stranger"


def choose() -> Guise:
    """The first guise that works here. Raises `Stop` when root has none."""
    if os.geteuid() != 0:
        return Guise.OURSELVES
    if os.environ.get("PASSERELLE_NO_NAMESPACES") != "1" and _works(_enter_namespace):
        return Guise.NAMESPACE
    if _works(_become_stranger):
        return Guise.STRANGER
    raise sentences.no_stranger()


def dress(guise: Guise) -> Callable[[], None] | None:
    """What a new child does before it becomes PostgreSQL; None when there is nothing to do."""
    return {Guise.OURSELVES: None, Guise.NAMESPACE: _enter_namespace, Guise.STRANGER: _become_stranger}[guise]


def owner(guise: Guise) -> tuple[int, int]:
    """User and group that must own PostgreSQL's files, as seen from outside.

    The group is the launcher's own, so that root reaches the sockets even in a container that took away its
    right to pass every door.
    """
    return (stranger().pw_uid if guise is Guise.STRANGER else os.geteuid()), os.getegid()


@cache
def stranger() -> pwd.struct_passwd:
    """`nobody`, or else any account that is not root: initdb insists on an account with a name."""
    others = [account for account in pwd.getpwall() if account.pw_uid != 0]
    if not others:
        raise sentences.no_stranger()
    return min(others, key=lambda account: account.pw_name != "nobody")


def reaches(guise: Guise, path: Path) -> bool:
    """Whether PostgreSQL in this guise may enter (or run) `path`: the kernel is asked."""
    return guise is not Guise.STRANGER or _works(_become_stranger, path)


def _enter_namespace() -> None:
    uid, gid = stranger().pw_uid, stranger().pw_gid
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")  # the kernel's condition for writing gid_map
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {outer_gid} 1")


def _become_stranger() -> None:
    account = stranger()
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def _works(change: Callable[[], None], path: Path = Path("/")) -> bool:
    """Tries `change` in a child, and then whether it may enter (or run) `path`."""
    stranger()  # looked up before the fork, and raised here when there is none
    child = os.fork()
    if child == 0:
        code = 1
        try:
            change()
            code = 0 if os.access(path, os.X_OK) else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
