"""Every family of pages, in one list."""

from flask import Blueprint

from brokerage.config import Config


def of(config: Config) -> list[Blueprint]:
    """The blueprints this installation serves; the local mailbox only while somebody tries Passerelle alone."""
    from brokerage.web import (
        account,
        answers,
        asking,
        deciding,
        directory,
        home,
        local_mail,
        notice,
        partners,
        requests,
        search,
        setup,
        sign_in,
    )

    rooms = [account, answers, asking, deciding, directory, home, notice, partners, requests, search, setup, sign_in]
    rooms += [local_mail] if config.local else []
    return list(dict.fromkeys(room.pages for room in rooms))
