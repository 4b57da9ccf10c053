"""What Flask, the web server and RQ find."""

from brokerage import cli, jobs, logs, soundness
from brokerage.web.factory import create_app

logs.install()
app = create_app()
with app.app_context():
    soundness.check(app.config["PASSERELLE"])
jobs.install(app)
cli.install(app)
