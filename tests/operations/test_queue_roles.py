"""What the host of a far worker is told with its role."""

import pytest
from pydantic import SecretStr

from core.certificates import authority_of
from operations import queue_roles, queues
from operations.queue_roles import RoleGiven
from tests.factories import make_unit

GIVEN = RoleGiven(role="trimtab_x_north", password="word", database="x")


@pytest.fixture
def give(ctx):
    """Give a queue's role under these settings."""
    queue = queues.create_queue(ctx, name="north", unit=make_unit(ctx))

    def give(**settings):
        ctx.settings = ctx.settings.model_copy(update=settings)
        return queue_roles.give_role(ctx, queue)

    return give


def test_an_address_verifies_the_server():
    assert GIVEN.address == (
        "postgresql://trimtab_x_north:word@HOST:5432/x"
        "?sslmode=verify-full&sslrootcert=/etc/trimtab/database-ca.pem"
    )


def test_an_address_of_ipv6_stands_in_brackets():
    given = RoleGiven(role="r", password="word", database="x", host="2001:db8::9")
    assert given.address.startswith("postgresql://r:word@[2001:db8::9]:5432/x?")


def test_behind_the_door_it_comes_with_the_authority(ctx, give):
    given = give(database_listen_host="192.0.2.9", database_listen_port=6432)
    assert (given.host, given.port) == ("192.0.2.9", 6432)
    assert given.authority == authority_of(ctx.settings)


def test_the_first_name_is_the_one_to_use(give):
    named = ("db.example.net", "192.0.2.9")
    assert give(database_listen_host="::", database_names=named).host == "db.example.net"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://u:p@db.example.net:6000/x", ("db.example.net", 6000)),
        ("postgresql://u:p@db.example.net/x", ("db.example.net", 5432)),
        ("postgresql://u:p@127.0.0.1/x", (None, 5432)), ("postgresql:///x", (None, 5432)),
        ("postgresql://u:p@localhost/x", (None, 5432)),
    ],
)  # fmt: skip
def test_an_external_server_is_where_the_platform_finds_it_unless_that_is_here(give, url, found):
    given = give(database_url=SecretStr(url))
    assert ((given.host, given.port), given.authority) == (found, "")
