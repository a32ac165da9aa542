"""One GET: what is sent, what is kept, and what ends it at once."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from oppfolging_pipeline.core.errors import PermanentError, TransientError
from oppfolging_pipeline.core.network import Manners
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.http import CONNECTIONS
from oppfolging_pipeline.sources.http_faults import HttpRefused
from oppfolging_pipeline.sources.live import live
from tests.support.scripted_server import answer, drip, held, serving
from tests.support.shared import EKSPORT, needs_shared
from tests.unit.sources.http_support import NOW, Bench

HTTP = live().http


def test_a_body_is_kept_as_it_was_before_compression_and_the_headers_that_matter_with_it():
    body = json.dumps({"rows": list(range(1000))}).encode()
    behaviour = answer(
        gzip.compress(body), content_encoding="gzip", etag='"7"', set_cookie="a=CANARY", x_powered_by="noe"
    )
    bench = Bench()
    with serving(behaviour) as server:
        kept = bench.get(server.url)
    assert kept.body == body
    assert kept.reply.headers == {"content-type": "application/json;charset=utf-8", "etag": '"7"'}
    assert (kept.reply.status, kept.reply.attempts, kept.reply.requested_at) == (200, 1, NOW)
    assert bench.store.kept == [kept] and bench.store.still_open == 0 and bench.slept == []


@pytest.mark.parametrize(("kontakt", "shown"), [("statistikk@example.org", " (+statistikk@example.org)"), (None, "")])
def test_the_request_says_who_asks_and_for_what(kontakt, shown):
    with serving(answer()) as server:
        Bench(Manners(kontakt, 0.0, 5.0)).get(f"{server.url}?filter=TidID(202412_202512)_EierformID(-10)&radSti=**")
    assert server.asked[0].startswith("GET /svar?filter=TidID(202412_202512)_EierformID(-10)&radSti=** HTTP/1.1\r\n")
    assert server.header("user-agent") == f"oppfolging_pipeline/0.1.0{shown}"
    assert server.header("accept") == "application/json"
    assert server.header("cookie") is None


def test_a_cookie_is_never_sent_back():
    bench = Bench()
    with serving(answer(set_cookie="okt=1; Path=/")) as server, bench.client() as client:
        for _ in range(2):
            client.get(server.url, bench.store.incoming, bench.store.keep)
    assert [server.header("cookie", number) for number in (0, 1)] == [None, None]


@needs_shared
def test_a_refusal_repeats_udirs_own_words_and_is_kept():
    body = (EKSPORT / "error400_eksport_no_filter.json").read_bytes()
    bench = Bench()
    with serving(answer(body, 400)) as server, pytest.raises(HttpRefused) as raised:
        bench.get(server.url)
    assert raised.value.status == 400
    assert f"{server.url}: found status 400: Filter må oppgis! (Vennligst se API-dokumentasjonen" in str(raised.value)
    assert len(server.asked) == 1 and bench.slept == []
    assert [(one.body, one.reply.usable) for one in bench.store.kept] == [(body, False)]


@pytest.mark.parametrize("status", [201, 204, 304, 400, 401, 403, 404, 410, 418, 451])
def test_every_other_status_is_final_at_once(status):
    bench = Bench()
    with serving(answer(b"", status)) as server, pytest.raises(HttpRefused, match=f"found status {status};"):
        bench.get(server.url)
    assert len(server.asked) == 1 and bench.slept == []
    assert [one.reply.status for one in bench.store.kept] == [status]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"melding": "A\\u001b[31m\\nB"}', ": A<U+001B>[31m B"),
        (b'{"melding": null, "tilleggsinfo": 3}', ""),
        (b'["melding"]', ""),
        (b"\xff\xfe\x00", ""),
        (b"[" * 60000, ""),
        (json.dumps({"melding": "x" * 9999}).encode(), ": " + "x" * 500 + " …"),
    ],
    ids=["control signs", "no text", "a list", "no text at all", "deep", "long"],
)
def test_whatever_stands_in_a_refusal_becomes_one_short_line(body, shown):
    with serving(answer(body, 400)) as server, pytest.raises(HttpRefused) as raised:
        Bench().get(server.url)
    assert f"found status 400{shown}; expected" in str(raised.value)


@pytest.mark.parametrize("kind", ["text/html", "text/plain; charset=utf-8", "application/jsonp", ""])
def test_a_page_instead_of_json_is_drift_that_names_its_snapshot(kind):
    bench = Bench()
    with serving(answer(b"<html>", content_type=kind)) as server, pytest.raises(DriftError) as raised:
        bench.get(server.url)
    (drift,) = raised.value.drifts
    assert (drift.alvorlighet, drift.kode) == ("kritisk", "feil_innholdstype")
    assert drift.sha256 == bench.store.kept[0].sha256 and not bench.store.kept[0].reply.usable
    assert (kind or "no content type") in str(raised.value) and len(server.asked) == 1


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "text/json", "application/hal+json"]
)
def test_json_by_any_of_its_names_is_an_answer(kind):
    with serving(answer(content_type=kind)) as server:
        assert Bench().get(server.url).reply.usable


def test_a_redirect_on_the_same_host_is_followed_at_the_same_pace():
    bench = Bench(Manners(pause=2.0, tidsavbrudd=5.0))
    with serving(answer(b"", 302, location="/ny?x=1"), answer(b"[7]")) as server:
        kept = bench.get(server.url)
    assert server.asked[1].startswith("GET /ny?x=1 HTTP/1.1")
    assert (kept.body, kept.reply.attempts, bench.slept) == (b"[7]", 1, [2.0])
    assert len(bench.store.kept) == 1


ELSEWHERE = {
    "host": "http://192.0.2.1/svar",
    "another name of the host": "http://localhost:{port}/svar",
    "scheme": "https://127.0.0.1:{port}/svar",
    "port": "http://127.0.0.1:1/svar",
    "host without scheme": "//192.0.2.1/svar",
}


@pytest.mark.parametrize("location", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_redirect_to_elsewhere_is_not_followed(location):
    bench = Bench()
    with serving(answer(b"{}")) as server:
        server.behaviours.insert(0, answer(b"", 301, location=location.format(port=server.port)))
        with pytest.raises(HttpRefused, match="found status 301, a redirect to http") as raised:
            bench.get(server.url)
    assert raised.value.status == 301 and len(server.asked) == 1 and bench.slept == []


def test_redirects_on_the_same_host_come_to_an_end():
    bench = Bench()
    with serving(answer(b"", 307, location="/svar")) as server, pytest.raises(HttpRefused, match="status 307"):
        bench.get(server.url)
    assert len(server.asked) == HTTP.omdirigeringer + 1


def test_an_answer_that_is_too_large_ends_at_once_and_nothing_of_it_is_kept():
    bench = Bench(declared=HTTP.model_copy(update={"storste_svar": 1000}))
    with serving(drip(b"x" * 400, 10)) as server, pytest.raises(PermanentError, match="more than 1000 bytes"):
        bench.get(server.url)
    assert len(server.asked) == 1 and bench.store.kept == [] and bench.store.still_open == 0


def test_what_is_small_on_the_wire_and_large_when_unpacked_is_too_large():
    bench = Bench(declared=HTTP.model_copy(update={"storste_svar": 100_000}))
    bomb = gzip.compress(bytes(10_000_000))
    with serving(answer(bomb, content_encoding="gzip")) as server, pytest.raises(PermanentError, match="100000 bytes"):
        bench.get(server.url)


@pytest.fixture(scope="module")
def unknown_to_this_machine(tmp_path_factory):
    """A server's TLS with a certificate that nobody vouches for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(NOW + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("tls") / "tjener.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_a_certificate_that_nobody_vouches_for_is_final(unknown_to_this_machine):
    bench = Bench()
    told = r"a certificate that cannot be trusted \(self-signed"
    with serving(answer(), tls=unknown_to_this_machine) as server, pytest.raises(PermanentError, match=told):
        bench.get(server.url)
    assert (bench.store.opened, bench.slept, server.asked) == (1, [], [])


def test_plain_http_where_tls_is_expected_is_final():
    bench = Bench()
    with serving(answer()) as server, pytest.raises(PermanentError, match="no TLS that can be spoken"):
        bench.get(server.url.replace("http:", "https:"))
    assert bench.slept == []


def test_no_more_than_two_connections_at_once():
    # Three ask; the gate opens for the third only if it comes, and gives up when it does not.
    gate = threading.Barrier(CONNECTIONS + 1, timeout=0.3)
    bench = Bench()
    bench.store.keep = lambda sink, reply: reply
    with serving(held(gate)) as server, bench.client() as client, ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(client.get, server.url, bench.store.incoming, bench.store.keep) for _ in range(6)]
        assert [one.result().status for one in asked] == [200] * 6
    assert server.most_at_once == CONNECTIONS == 2


def test_requests_start_at_the_pace_that_is_set():
    bench = Bench(Manners(pause=0.25, tidsavbrudd=5.0))
    with serving(answer()) as server, bench.client() as client:
        for seconds in (0.0, 0.0, 0.1, 9.0):
            bench.time += seconds
            client.get(server.url, bench.store.incoming, bench.store.keep)
    assert bench.slept == pytest.approx([0.25, 0.15]), "none before the first, and none after a long time"


def test_a_proxy_of_the_environment_does_not_get_what_is_asked_of_this_machine(monkeypatch):
    with serving(answer(b'"proxy"')) as proxy, serving(answer(b'"server"')) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/svar"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert Bench().get(server.url).body == b'"server"'
        # Another host goes by the proxy: nothing of it is looked up here.
        assert Bench().get("http://statistikk.example/svar").body == b'"proxy"'
    assert len(server.asked) == len(proxy.asked) == 1


def test_an_environment_that_no_client_can_be_made_with_is_told_of_and_not_repeated(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "tull://bruker:CANARY@proxy")
    with pytest.raises(PermanentError, match="HTTPS_PROXY") as raised:
        Bench().get("https://statistikk.example/svar")
    assert "CANARY" not in str(raised.value)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http://127.0.0.1:port/", "svar"])
def test_an_address_that_cannot_be_asked_is_final(url):
    bench = Bench()
    with pytest.raises(PermanentError):
        bench.get(url)
    assert bench.slept == []


def test_a_sink_that_cannot_write_is_no_fault_of_the_source():
    # A full disk must not look like a connection that broke off, and be asked again.
    class Full:
        def write(self, chunk: bytes) -> None:
            raise OSError(28, "No space left on device")

    bench = Bench()
    with serving(answer()) as server, bench.client() as client, pytest.raises(OSError, match="No space"):
        client.get(server.url, lambda: nullcontext(Full()), bench.store.keep)
    assert len(server.asked) == 1 and bench.store.kept == []


def test_the_contact_is_in_no_message_no_log_and_no_repr(caplog):
    manners = Manners("CANARY@example.org", 0.0, 5.0)
    declared = HTTP.model_copy(update={"forsok": 1})
    said = [repr(manners), repr(Bench(manners).client())]
    caplog.set_level("DEBUG")
    for behaviour in (answer(b"{}", 400), answer(b"{}", 503), answer(content_type="text/html")):
        with serving(behaviour) as server, pytest.raises((PermanentError, TransientError)) as raised:
            Bench(replace(manners), declared).get(server.url)
        assert "CANARY" in (server.header("user-agent") or ""), "it is sent"
        said.append(str(raised.value) + repr(raised.value))
    assert "CANARY" not in "".join(said) + caplog.text
