"""What every driver must do, and a double that does it: for our drivers and for plugins."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

import pytest

from inventory.drivers.errors import AuthenticationRefused, DeviceUnreachable, HostKeyChanged
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.protocol import Collection, Driver, Facts


class DriverContract:
    """Subclass it and give the fixtures `driver` and `login` (a device that answers, over SSH)."""

    def test_it_is_a_driver(self, driver):
        assert isinstance(driver, Driver)
        assert driver.name

    def test_it_says_whether_it_supports_a_platform(self, driver, login):
        assert driver.supports(login.platform, login.options) is True

    def test_it_brings_the_configuration_the_name_and_the_key(self, driver, login):
        collection = driver.collect(login)
        assert collection.running.strip()
        assert collection.hostname == login.hostname
        assert collection.host_key is not None

    def test_it_accepts_the_key_it_brought(self, driver, login):
        key = driver.collect(login).host_key
        assert driver.collect(replace(login, host_key=key)).host_key == key

    def test_it_refuses_another_key_than_the_pinned_one(self, driver, login):
        key = driver.collect(login).host_key
        blob = key.public_key[:-8] + (
            "AAAAAAA=" if key.public_key[-8:] != "AAAAAAA=" else "BBBBBBB="
        )
        with pytest.raises(HostKeyChanged):
            driver.collect(replace(login, host_key=replace(key, public_key=blob)))

    def test_it_tells_a_refused_login(self, driver, login):
        with pytest.raises(AuthenticationRefused):
            driver.collect(replace(login, password="wrong"))

    def test_it_tells_an_unreachable_device(self, driver, login):
        with pytest.raises(DeviceUnreachable):
            driver.collect(replace(login, port=1))


FAKE_KEY = PublicKey(algorithm="ssh-ed25519", public_key="AAAAC3NzaC1lZDI1NTE5AAAAIA==")


@dataclass
class FakeDriver:
    """Answers from memory, with the manners of a real driver."""

    name: ClassVar[str] = "fake"

    running: str = "hostname fake\nend\n"
    hostname: str = "fake"
    key: PublicKey = FAKE_KEY
    password: str = "right"
    asked: list[Login] = field(default_factory=list)

    def supports(self, platform: str, _options: Mapping[str, object]) -> bool:
        return platform == "cisco_ios"

    def collect(self, login: Login) -> Collection:
        self.asked.append(login)
        if login.port == 1:
            raise DeviceUnreachable(f"{login.place} cannot be reached.")
        if login.host_key not in (None, self.key):
            raise HostKeyChanged(f"{login.place} has another key.")
        if login.password != self.password:
            raise AuthenticationRefused(f"{login.place} refused the login.")
        return Collection(
            running=self.running, startup=None, facts=Facts(), neighbours=(),
            hostname=self.hostname, host_key=self.key,
        )  # fmt: skip
