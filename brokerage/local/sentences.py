"""What the launcher says: one sentence in French, then the same in English, and never a traceback."""

import sys
from pathlib import Path
from typing import TextIO


class Stop(Exception):
    """The launcher cannot go on. The sentence says what to do; `code` is the exit code."""

    def __init__(self, french: str, english: str, code: int = 1) -> None:
        self.french, self.english, self.code = french, english, code
        super().__init__(french)


def say(french: str, english: str = "", stream: TextIO | None = None) -> None:
    """Both sentences at once on standard output, or `stream`; a reader who went away is no reason to fall."""
    out = stream or sys.stdout
    try:
        out.write("\n".join(line for line in (french, english) if line) + "\n")
        out.flush()
    except (OSError, ValueError):
        return


def say_why(stop: Stop) -> int:
    """Tells why nothing more happens, and returns the exit code."""
    say(stop.french, stop.english, sys.stderr)
    return stop.code


def usage() -> Stop:
    """The command was not understood."""
    return Stop(
        "Usage : ./run [--empty] | ./run flask <commande> | ./run test [options de pytest]",
        "Usage: ./run [--empty] | ./run flask <command> | ./run test [pytest options]",
        code=2,
    )


def no_postgres() -> Stop:
    """None given, none in the wheels, none on the system."""
    return Stop(
        "PostgreSQL est introuvable : donnez DATABASE_URL, ou installez-le (apt install postgresql).",
        "PostgreSQL was not found: set DATABASE_URL, or install it (apt install postgresql).",
    )


def no_valkey() -> Stop:
    """None given, none in the wheels, none on the system."""
    return Stop(
        "Ni Valkey ni Redis n'a été trouvé : donnez REDIS_URL, ou installez-en un (apt install redis).",
        "Neither Valkey nor Redis was found: set REDIS_URL, or install one (apt install redis).",
    )


def no_stranger() -> Stop:
    """Root without namespaces, without the right to become somebody else, or programs they may run."""
    return Stop(
        "PostgreSQL refuse de tourner en root et cette machine ne laisse prendre aucune autre identité :"
        " lancez ./run sous un compte ordinaire, ou donnez DATABASE_URL.",
        "PostgreSQL refuses to run as root and this machine allows no other identity:"
        " start ./run from an ordinary account, or set DATABASE_URL.",
    )


def disk_full(place: Path) -> Stop:
    """Too little room to begin with, or none left."""
    return Stop(
        f"Il n'y a plus assez de place sur le disque de {place} : libérez-en, puis relancez.",
        f"There is not enough room left on the disk of {place}: free some, then start again.",
    )


def not_writable(place: Path) -> Stop:
    """Permissions, a read-only disk, or a file where a folder should be."""
    return Stop(
        f"On ne peut pas écrire dans {place} : corrigez les droits, ou donnez un autre PASSERELLE_DATA.",
        f"{place} cannot be written to: mend its permissions, or give another PASSERELLE_DATA.",
    )


def wrong_version(place: Path, made_by: str, here: str) -> Stop:
    """PostgreSQL's files are only for the major version that made them."""
    return Stop(
        f"{place} vient de PostgreSQL {made_by} et seul PostgreSQL {here} est ici : installez la version"
        f" {made_by}, ou donnez un autre dossier par PASSERELLE_DATA.",
        f"{place} was made by PostgreSQL {made_by} and only PostgreSQL {here} is here: install version"
        f" {made_by}, or give another folder with PASSERELLE_DATA.",
    )


def gone(place: Path, note: Path) -> Stop:
    """What `note` remembers is no longer there: going on would quietly start from nothing."""
    return Stop(
        f"La base de données était dans {place}, qui n'existe plus : remettez-le, ou supprimez {note} pour"
        " repartir d'une base vide.",
        f"The database was in {place}, which is gone: put it back, or delete {note} to"
        " start from an empty database.",
    )


def already_running(pid: int | None, address: str | None) -> Stop:
    """Another launcher holds the data folder; `pid` and `address` are None when it has not said yet."""
    where = f" ({address})" if address else ""
    how = f"kill {pid}" if pid else "Ctrl-C"
    return Stop(
        f"Passerelle tourne déjà sur ce dossier{where} : servez-vous-en, ou arrêtez-la d'abord ({how}).",
        f"Passerelle already runs on this data folder{where}: use that one, or stop it first ({how}).",
    )


def port_busy(port: int) -> Stop:
    """Somebody else listens there."""
    return Stop(
        f"Le port {port} est déjà pris par un autre programme : choisissez-en un autre, par exemple"
        f" PORT={port % 65535 + 1} ./run.",
        f"Port {port} is already taken by another program: choose another, for instance"
        f" PORT={port % 65535 + 1} ./run.",
    )


def port_forbidden(port: int) -> Stop:
    """Ports under 1024 are for root."""
    return Stop(
        f"Ce compte n'a pas le droit d'ouvrir le port {port} : prenez-en un au-dessus de 1023 (PORT=8000).",
        f"This account may not open port {port}: choose one above 1023 (PORT=8000).",
    )


def unreachable(variable: str, why: str) -> Stop:
    """A service whose address was given; `why` must hold no password."""
    return Stop(
        f"Le service donné par {variable} ne répond pas ({why}) : vérifiez l'adresse et qu'il est démarré.",
        f"The service given by {variable} does not answer ({why}): check the address and that it is started.",
    )


def could_not_start(name: str, last_line: str, log: Path | None) -> Stop:
    """`last_line` is the last thing the program said."""
    where_french, where_english = (f" ; journal : {log}", f"; log: {log}") if log else ("", "")
    return Stop(
        f"« {name} » n'a pas pu démarrer ({last_line}){where_french}.",
        f"“{name}” could not start ({last_line}){where_english}.",
    )


def fell(name: str, last_line: str, log: Path | None, pause: float) -> Stop:
    """Not the end: the supervisor tries again after `pause` seconds."""
    where_french, where_english = (f" (journal : {log})", f" (log: {log})") if log else ("", "")
    wait, attente = f"{pause:g}", f"{pause:g}".replace(".", ",")
    return Stop(
        f"« {name} » s'est arrêté : {last_line}{where_french} ; nouvel essai dans {attente} s.",
        f"“{name}” stopped: {last_line}{where_english}; trying again in {wait} s.",
    )


def unexpected(what: str, log: Path | None) -> Stop:
    """A fault of the launcher itself; `log` holds the traceback."""
    where_french, where_english = (f" Détail : {log}", f" Details: {log}") if log else ("", "")
    return Stop(
        f"Erreur imprévue du lanceur : {what}.{where_french}",
        f"Unexpected launcher error: {what}.{where_english}",
    )
