"""Addresses: which are this machine's, and which can be used."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.core.network import Addresses, Manners, address_fault, is_loopback


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.255.0.9", "::1", "[::1]", "[0:0:0:0:0:0:0:1]", "localhost", "LocalHost"]
)
def test_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "10.0.0.1", "128.0.0.1", "::", "::2", "[::ffff:10.0.0.1]", "localhost.no", "127.0.0.1.no", "127.1", ""],  # noqa: S104
)
def test_not_this_machine(host):
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "address",
    [
        "https://data.ssb.no/api/klass/v1",
        "https://data.ssb.no",
        "https://data.ssb.no:8443/",
        "http://127.0.0.1:8000/rapport",
        "http://[::1]:8000",
        "http://localhost",
    ],
)
def test_an_address_that_can_be_used(address):
    assert address_fault(address) is None


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://data.ssb.no/api", "plain http to data.ssb.no"),
        ("http://localhost.example.org", "plain http to localhost.example.org"),
        ("http://[::2]/", "plain http to [::2]"),
        ("https://CANARY:CANARY@data.ssb.no", "an address with a user or a password"),
        ("https://CANARY@data.ssb.no/?x=y", "an address with a user or a password"),
        ("https://data.ssb.no/?key=CANARY", "an address with a query"),
        ("https://data.ssb.no/#CANARY", "an address with a fragment"),
        ("ftp://CANARY/", "text that is no address"),
        ("HTTPS://CANARY/", "text that is no address"),
        ("https://", "text that is no address"),
        ("https:///CANARY", "text that is no address"),
        ("https://data.ssb.no:0/", "text that is no address"),
        ("https://data.ssb.no:65536/", "text that is no address"),
        ("https://data.ssb.no/CANARY\n", "text that is no address"),
        ("https://data.ssb.no\\CANARY", "text that is no address"),
        ("https://dåta.ssb.no/", "text that is no address"),
        ("https://data.ssb.no/a b", "text that is no address"),
        ("CANARY", "text that is no address"),
        ("", "text that is no address"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_of_without_being_repeated(address, told):
    assert address_fault(address) == told


def test_the_real_addresses_can_be_used_and_are_not_this_machines():
    real = Addresses()
    assert [address_fault(one) for one in (real.rapport, real.eksport, real.klass)] == [None] * 3


def test_manners_do_not_show_the_contact():
    assert "CANARY" not in repr(Manners("CANARY"))
