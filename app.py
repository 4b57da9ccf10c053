"""What Flask, the web server and RQ find."""

from brokerage import cli, jobs

from brokerage.web.factory import create_app

app = create_app()
jobs.install(app)
cli.install(app)
