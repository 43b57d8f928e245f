"""The command `samsyn`: every group of commands in one place."""

import typer

from cli import areas, collect, demo, home, law, parties, pull, push, release, serve, token, trail

app = typer.Typer(
    name="samsyn",
    help="Samsyn: aggregated event data between police and municipalities, within secrecy rules.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # an error is one clear line; whatever else is a fault of ours
    context_settings={"help_option_names": ["-h", "--help"]},
)

START = "Start"
USE = "Push and pull (SAMSYN_URL)"
KEEP = "Keep a home (SAMSYN_HOME)"

app.command(rich_help_panel=START)(demo.demo)
app.command(rich_help_panel=START)(serve.serve)
app.command("migrate", rich_help_panel=START)(home.migrate_home)
app.command(rich_help_panel=START)(home.doctor)

app.command(rich_help_panel=USE)(token.token)
app.command(rich_help_panel=USE)(push.push)
app.command(rich_help_panel=USE)(pull.pull)
app.add_typer(collect.app, name="collect", rich_help_panel=USE)

app.add_typer(release.app, name="release", rich_help_panel=KEEP)
app.command(rich_help_panel=KEEP)(law.law)
app.add_typer(trail.app, name="trail", rich_help_panel=KEEP)
app.add_typer(parties.party_app, name="party", rich_help_panel=KEEP)
app.add_typer(parties.client_app, name="client", rich_help_panel=KEEP)
app.add_typer(areas.app, name="areas", rich_help_panel=KEEP)

if __name__ == "__main__":
    app()
