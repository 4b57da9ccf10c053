"""What refuses to start: a role above the walls, demonstration data outside local mode."""

from dataclasses import replace

import pytest

from brokerage import soundness
from brokerage.config import Misconfigured
from tests.conftest import as_role


@pytest.mark.parametrize("role", ["postgres", "passerelle_owner"])
def test_a_role_that_the_walls_do_not_stop_is_refused(admin_url, database, config, role, tmp_path):
    from brokerage.web.factory import create_app

    above = replace(config, database_url=as_role(admin_url, role, database))
    app = create_app(above)

    with app.app_context(), pytest.raises(Misconfigured, match="passerelle_app"):
        soundness.check(above)


def test_the_application_role_and_demo_data_in_local_mode_are_accepted(app, cast, config):
    soundness.check(config)


def test_demo_data_is_refused_outside_local_mode(app, cast, config, as_system):
    with as_system() as session:
        session.get_one(type(cast.pa), cast.pa.id).is_demo = True
        session.commit()

    with pytest.raises(Misconfigured, match="démonstration"):
        soundness.check(replace(config, local=False))
