"""When a certificate ends, whatever else is in it, and nothing of what is none."""

from __future__ import annotations

import base64
from datetime import date

import pytest

from secretsui.core.certificates import ends

SEQUENCE, INTEGER, VERSION, UTC_TIME, TIME = 0x30, 0x02, 0xA0, 0x17, 0x18
BEFORE = (UTC_TIME, b"260101000000Z")


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 0x80 else bytes([0x82, *size.to_bytes(2, "big")])
    return bytes([tag]) + length + content


def certificate(*times: tuple[int, bytes], versioned: bool = True, tag: int = SEQUENCE) -> bytes:
    validity = der(SEQUENCE, b"".join(der(*each) for each in times))
    serial, algorithm, issuer = der(INTEGER, b"\x01"), der(SEQUENCE, b""), der(SEQUENCE, b"x" * 100)
    version = der(VERSION, der(INTEGER, b"\x02")) if versioned else b""
    signed = der(tag, version + serial + algorithm + issuer + validity + der(SEQUENCE, b"y" * 60))
    return der(SEQUENCE, signed + der(SEQUENCE, b""))


def pem(found: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(found).decode()}\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("versioned", [True, False])
@pytest.mark.parametrize(
    ("time", "day"),
    [
        ((UTC_TIME, b"490203040506Z"), date(2049, 2, 3)),
        ((UTC_TIME, b"500203040506Z"), date(1950, 2, 3)),
        ((UTC_TIME, b"000203040506Z"), date(2000, 2, 3)),
        ((TIME, b"20510203040506Z"), date(2051, 2, 3)),
        ((TIME, b"99991231235959Z"), date(9999, 12, 31)),
    ],
)
def test_years_of_two_and_of_four_digits(time: tuple[int, bytes], day: date, versioned: bool) -> None:
    assert list(ends(pem(certificate(BEFORE, time, versioned=versioned)))) == [day]


END = (TIME, b"20300203040506Z")
# 128 bytes, which follow a length that is not told.
ENDLESS = der(INTEGER, b"") * 3 + der(SEQUENCE, der(*BEFORE) + der(*END)) + der(SEQUENCE, b"z" * 86)


@pytest.mark.parametrize(
    "found",
    [
        certificate(BEFORE),
        certificate(BEFORE, END, END),
        certificate(),
        certificate(BEFORE, (0x19, b"20300203040506Z")),
        certificate(BEFORE, (TIME, b"20301303040506Z")),
        certificate(BEFORE, (TIME, b"2030\xff203040506Z")),
        certificate(BEFORE, END, tag=0x31),
        certificate(BEFORE, END)[:1],
        b"",
        der(SEQUENCE, b""),
        der(SEQUENCE, der(SEQUENCE, b"")),
        der(SEQUENCE, der(SEQUENCE, der(VERSION, b""))),
        der(SEQUENCE, der(SEQUENCE, der(INTEGER, b"") * 3)),
        der(SEQUENCE, der(SEQUENCE, der(VERSION, b"") + der(INTEGER, b"") * 3)),
        der(SEQUENCE, der(SEQUENCE, der(INTEGER, b"") * 3 + der(0x31, der(*BEFORE) + der(*END)))),
        der(SEQUENCE, bytes([SEQUENCE])),
        der(SEQUENCE, bytes([SEQUENCE, 0x80]) + ENDLESS),
        der(0x31, certificate(BEFORE, END)[4:]),
    ],
)  # fmt: skip
def test_what_is_no_certificate_has_no_end(found: bytes) -> None:
    assert list(ends(pem(found))) == []
    assert list(ends(pem(found) + pem(certificate(BEFORE, END)))) == [date(2030, 2, 3)]


@pytest.mark.parametrize("kind", ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"])
def test_names_of_certificates(kind: str) -> None:
    text = pem(certificate(BEFORE, END))
    assert list(ends(text.replace("CERTIFICATE", kind))) == [date(2030, 2, 3)]
    assert list(ends(text.replace("CERTIFICATE", "PRIVATE KEY"))) == []
    assert list(ends(text.replace("-----END", ""))) == []
