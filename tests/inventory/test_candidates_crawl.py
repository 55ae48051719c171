"""How a search goes outwards: each once, to its depth, and no further than its limits."""

import threading

from inventory.candidates import crawl as room
from inventory.candidates.crawl import Crawl, Known
from inventory.candidates.sightings import Sighting, Target
from inventory.drivers.protocol import Neighbour

NOBODY = Known(by_address={}, by_name={}, told=lambda _: ("", ()))


def neighbour(number):
    return (
        "lldp",
        Neighbour(interface="e", peer_name=f"r{number}", peer_address=f"10.0.0.{number}"),
    )


def ring(target):
    """Device N sees N+1 of 6, which are in a ring."""
    number = int(target.address.rpartition(".")[2])
    return Sighting(target=target, hostname=f"r{number}", answered=True,
                    neighbours=(neighbour(number % 6 + 1),))  # fmt: skip


def searched(crawl, go_on=lambda: True):
    return [seen.hostname for seen in crawl.sightings(go_on) if seen is not None]


def test_a_ring_ends():
    crawl = Crawl(look=ring, known=NOBODY, depth=30, threads=2)
    crawl.add(Target(source="seed", address="10.0.0.1"))
    assert searched(crawl) == ["r1", "r2", "r3", "r4", "r5", "r6"]
    assert (crawl.total, crawl.looked) == (6, 6)


def test_the_depth_is_the_number_of_steps():
    crawl = Crawl(look=ring, known=NOBODY, depth=2, threads=2)
    crawl.add(Target(source="seed", address="10.0.0.1"))
    assert searched(crawl) == ["r1", "r2", "r3"]


def test_known_devices_are_followed_and_not_looked_at():
    told = {7: ("r2", (neighbour(3)[1],))}
    known = Known(by_address={"10.0.0.2": 7}, by_name={"r2": 7}, told=told.__getitem__)
    crawl = Crawl(look=ring, known=known, depth=3, threads=2)
    crawl.add(Target(source="seed", address="10.0.0.1"))
    assert searched(crawl) == ["r1", "r3", "r4"]


def test_more_than_the_limit_is_left_out_and_counted(monkeypatch):
    monkeypatch.setattr(room, "MOST_ADDRESSES", 4)
    crawl = Crawl(look=ring, known=NOBODY, depth=30, threads=2)
    for number in range(1, 7):
        crawl.add(Target(source="range", address=f"10.0.0.{number}"))
    assert len(searched(crawl)) == 4
    assert crawl.left_out == 2


def test_a_search_that_is_told_to_stop_looks_at_nothing_more():
    looked, stop = [], threading.Event()

    def look(target):
        looked.append(target.address)
        stop.set()
        return ring(target)

    crawl = Crawl(look=look, known=NOBODY, depth=30, threads=1)
    crawl.add(Target(source="seed", address="10.0.0.1"))
    searched(crawl, go_on=lambda: not stop.is_set())
    assert looked == ["10.0.0.1"]
