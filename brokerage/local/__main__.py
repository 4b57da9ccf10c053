"""`python -m brokerage.local`, which `./run` starts."""

import sys

from brokerage.local import front, sentences, testing
from brokerage.local.given import Given, given
from brokerage.local.keeper import keeping
from brokerage.local.sentences import Stop, say_why
from brokerage.local.supervisor import Supervisor, ToldToStop


def main(words: list[str]) -> int:
    """Understands the command and has it done. Returns the exit code."""
    try:
        surroundings = given()
        work = _understood(words, surroundings)
    except Stop as why:
        return say_why(why)
    return front.launch(work, surroundings.data / "journaux" / "lanceur.log")


def _understood(words: list[str], surroundings: Given) -> front.Work:
    match words:
        case [] | ["--empty"]:
            return lambda supervisor: _serve(surroundings, supervisor, empty=bool(words))
        case ["flask", *command]:
            return lambda supervisor: _flask(surroundings, supervisor, command)
        case ["test", *options]:
            return lambda supervisor: testing.run(surroundings, supervisor, options)
    raise sentences.usage()


def _serve(surroundings: Given, supervisor: Supervisor, empty: bool) -> int:
    try:
        with keeping(surroundings, supervisor) as keeper:
            keeper.serve(empty)
    except ToldToStop:
        pass  # the ordinary end: Ctrl-C, or the system asking
    return 0


def _flask(surroundings: Given, supervisor: Supervisor, command: list[str]) -> int:
    with keeping(surroundings, supervisor) as keeper:
        return keeper.flask(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
