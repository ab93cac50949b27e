"""`chasil user`: who may log in. The first admin is made here and nowhere else."""

import sys
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import select

from api.cli.console import terminal
from api.cli.database import kept, writing
from api.core.language import both
from api.db.tables import Person
from api.db.types import now
from api.ledger.actors import COMMAND_LINE
from api.ledger.statements import fingerprint
from api.people.accounts import Change, change_person, check_roles, create_person, find_person, set_password
from api.people.forgetting import forget_person, scrub
from api.people.personal_keys import confirm_key, key_of_person, keys_of, revoke_key
from api.people.roles import Role
from api.people.tokens import create_token

app = typer.Typer(help="Pengguna dan peran. / People and their roles.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Nama untuk login. / Name to log in with.")]
RoleOption = Annotated[
    list[Role] | None, typer.Option("--role", "-r", help="Peran, boleh berulang. / Role, may be repeated.")
]
ScopeOption = Annotated[str, typer.Option(metavar="CODE", help="Kode wilayah, 0 = nasional. / Region, 0 = nation.")]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Baca kata sandi dari masukan. / Read the password from the input.")
]
SubjectOption = Annotated[
    str | None, typer.Option(metavar="SUBJECT", help="Subjek pada login institusi. / Subject at the institution.")
]

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Sidik jari kunci. / Fingerprint of the key.")]


@app.command("add")
def add(
    name: NameArgument,
    role: RoleOption = None,
    scope: ScopeOption = "0",
    password_stdin: StdinOption = False,
    subject: SubjectOption = None,
) -> None:
    """Tambah pengguna. / Add a person."""
    password = None if subject is not None and not password_stdin else _password(from_input=password_stdin)
    with writing() as session:
        check_roles(role or ())
        person = create_person(session, COMMAND_LINE, name, role or (), scope, password, subject)
    typer.echo(f"{person.name}: {', '.join(person.roles)} ({person.scope})")


@app.command("list")
def list_people() -> None:
    """Tampilkan semua pengguna. / List all people."""
    table = Table(both("head_name"), both("head_roles"), both("head_region"), "", "Id")
    with writing() as session:
        for person in session.scalars(select(Person).order_by(Person.name)):
            state = "" if person.active else both("disabled")
            table.add_row(person.name, ", ".join(person.roles), person.scope, state, person.id)
    terminal().print(table)


@app.command("change")
def change(
    name: NameArgument,
    role: RoleOption = None,
    scope: Annotated[str | None, typer.Option(metavar="CODE", help="Kode wilayah. / Region.")] = None,
    enable: Annotated[bool, typer.Option("--enable", help="Aktifkan lagi. / Enable again.")] = False,
    subject: SubjectOption = None,
) -> None:
    """Ubah peran atau wilayah, atau aktifkan lagi. / Change roles or region, or enable again."""
    roles = frozenset(role) if role else None
    with writing() as session:
        person = find_person(session, name)
        change_person(session, COMMAND_LINE, person, Change(roles, scope, True if enable else None, subject))
    typer.echo(f"{person.name}: {', '.join(person.roles)} ({person.scope})")


@app.command("disable")
def disable(name: NameArgument) -> None:
    """Nonaktifkan pengguna, sesi, dan tokennya seketika. / Disable a person, their sessions and tokens at once."""
    with writing() as session:
        change_person(session, COMMAND_LINE, find_person(session, name), Change(active=False))
    typer.echo(f"{name}: {both('disabled')}")


@app.command("password")
def password(
    name: NameArgument,
    password_stdin: StdinOption = False,
    end_tokens: Annotated[
        bool, typer.Option("--end-tokens", help="Akhiri juga semua tokennya. / End all their tokens too.")
    ] = False,
) -> None:
    """Ganti kata sandi; semua sesinya berakhir. / Set a password; all sessions end."""
    given = _password(from_input=password_stdin)
    with writing() as session:
        set_password(session, COMMAND_LINE, find_person(session, name), given, end_tokens=end_tokens)
    typer.echo(both("password_set", name=name))


@app.command("token")
def token(
    name: NameArgument,
    label: Annotated[str, typer.Option(help="Untuk apa. / What it is for.")],
    days: Annotated[int, typer.Option(help="Masa berlaku, hari. / Days that it lasts.")] = 90,
    role: RoleOption = None,
) -> None:
    """Buat token API; kuncinya hanya ditampilkan sekali. / Make an API token; its key is shown this once."""
    with writing() as session:
        person = find_person(session, name)
        made, key = create_token(session, COMMAND_LINE, person, label, days, role or (), now())
    terminal(stderr=True).print(
        both("token_made", roles=", ".join(made.roles), date=made.expires_at.date().isoformat()),
        highlight=False,
    )
    typer.echo(key)


@app.command("forget")
def forget(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Tanpa bertanya. / Without asking.")] = False,
) -> None:
    """Musnahkan semua yang menunjukkan siapa orangnya. / Destroy all that says who a person was, for good."""
    if not yes:
        typed = typer.prompt(both("type_the_name", name=name))
        if typed != name:
            raise typer.Abort
    with kept() as database:
        with database.writing() as session:
            count = forget_person(session, COMMAND_LINE, find_person(session, name))
        scrub(database)
    typer.echo(both("forgotten", name=name, count=count))


@app.command("keys")
def keys(name: NameArgument) -> None:
    """Tampilkan kunci penanda tangan keputusan. / List the keys that sign a person's decisions."""
    with writing() as session:
        for key in keys_of(session, find_person(session, name).id):
            state = both("revoked") if key.revoked_at else both("in_force") if key.confirmed_at else "?"
            typer.echo(f"{fingerprint(key.id)}  {state}")


@app.command("confirm-key")
def confirm(name: NameArgument, key: KeyArgument) -> None:
    """Pastikan kunci, setelah sidik jarinya dibandingkan. / Confirm a key whose fingerprint was compared."""
    with writing() as session:
        confirm_key(session, COMMAND_LINE, key_of_person(session, find_person(session, name).id, key))
    typer.echo(both("key_confirmed", name=name))


@app.command("revoke-key")
def revoke(name: NameArgument, key: KeyArgument) -> None:
    """Cabut kunci untuk selamanya. / Revoke a key for good."""
    with writing() as session:
        revoke_key(session, COMMAND_LINE, key_of_person(session, find_person(session, name).id, key))
    typer.echo(both("key_revoked", name=name))


def _password(*, from_input: bool) -> str:
    """Ask for a password twice, or take the first line of the input."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    shown: str = typer.prompt(both("password"), hide_input=True, confirmation_prompt=True)
    return shown
