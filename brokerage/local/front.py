"""The process people see. It only holds a leash; a second process, the keeper, owns all the others.

So whichever of the two is killed, the other one ends every service. Both adopt orphans, so none can slip
away; and each service is told by the kernel when the keeper dies.
"""

import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path

from brokerage.local import processes, sentences
from brokerage.local.sentences import Stop, say_why
from brokerage.local.supervisor import Supervisor, ToldToStop

Work = Callable[[Supervisor], int]


def launch(work: Work, crash_log: Path) -> int:
    """Has a keeper do `work`, passes signals on to it, returns its exit code once nothing is left running."""
    processes.adopt_orphans()
    end, held = os.pipe2(os.O_CLOEXEC)
    keeper = os.fork()
    if keeper == 0:
        os.close(held)
        os._exit(_keep(work, end, crash_log))
    os.close(end)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda heard, _: processes.send([keeper], heard))
    code = os.waitstatus_to_exitcode(os.waitpid(keeper, 0)[1])
    processes.sweep(2.0)
    return code if code >= 0 else say_why(sentences.unexpected(f"signal {signal.Signals(-code).name}", None))


def _keep(work: Work, leash: int, crash_log: Path) -> int:
    processes.adopt_orphans()
    processes.rename("passerelle: keeper")
    supervisor = Supervisor(leash)
    try:
        return work(supervisor)
    except ToldToStop:
        return 128 + signal.SIGTERM
    except Stop as why:
        return say_why(why)
    except Exception as surprise:  # told in a sentence; the traceback goes to a file
        return say_why(_written_down(surprise, crash_log))
    finally:
        supervisor.stop()


def _written_down(surprise: BaseException, crash_log: Path) -> Stop:
    try:
        crash_log.write_text("".join(traceback.format_exception(surprise)))
    except OSError:
        return sentences.unexpected(repr(surprise), None)
    return sentences.unexpected(repr(surprise), crash_log)
