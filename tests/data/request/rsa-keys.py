#!/usr/bin/env python3
"""Makes rsa-keys.txt: RSA keys with known faults, the same ones each time.

    python3 tests/data/request/rsa-keys.py > tests/data/request/rsa-keys.txt

One key a line: name, public exponent, then the primes, all numbers in hexadecimal. TEST KEYS: the
private half of each is in this folder for everybody to read.
"""
import hashlib
import math

SMALL = [n for n in range(2, 10_000) if all(n % d for d in range(2, math.isqrt(n) + 1))]


class Stream:
    """Octets from SHA-256 over a label and a counter."""

    def __init__(self, label):
        self.label, self.counter = label.encode(), 0

    def bits(self, count):
        octets = b""
        while len(octets) * 8 < count:
            octets += hashlib.sha256(self.label + self.counter.to_bytes(8, "big")).digest()
            self.counter += 1
        return int.from_bytes(octets, "big") >> (len(octets) * 8 - count)


def is_prime(n):
    if n < 2 or any(n % p == 0 and n != p for p in SMALL):
        return False
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for base in SMALL[:8]:
        x = pow(base, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def next_prime(n, e=65537):
    """The next prime p from n on with e invertible modulo p - 1."""
    n |= 1
    while not (is_prime(n) and (e % 2 == 0 or math.gcd(e, n - 1) == 1)):
        n += 2
    return n


def prime(stream, bits, e=65537):
    """A random prime whose two highest bits are set, so that products have full length."""
    return next_prime(stream.bits(bits) | 3 << (bits - 2), e)


def ordinary(label, bits, e=65537):
    stream = Stream(label)
    return [prime(stream, bits // 2, e), prime(stream, bits - bits // 2, e)]


def exact(label, bits):
    """For lengths that two primes with their highest bits set would miss."""
    stream = Stream(label)
    while True:
        p, q = prime(stream, bits // 2), next_prime(stream.bits(bits - bits // 2) | 1 << (bits - bits // 2 - 1))
        if (p * q).bit_length() == bits:
            return [p, q]


def with_factor(label, bits, factor):
    """A modulus with one tiny factor."""
    least = (1 << (bits - 1)) // factor + 1
    return [factor, next_prime(least + Stream(label).bits(bits - factor.bit_length() - 1) // 2)]


def close(label, bits, distance):
    p = prime(Stream(label), bits // 2)
    return [p, next_prime(p + distance)]


def roca(label, bits):
    """Primes of the form k * M + (65537 ** a mod M), as Infineon's library made them (CVE-2017-15361)."""
    stream = Stream(label)
    primorial = math.prod(SMALL[:126])
    low = 65537

    def one():
        size = bits // 2
        while True:
            k = (3 << (size - 2)) // primorial + stream.bits(size - primorial.bit_length() - 2)
            p = k * primorial + pow(low, stream.bits(64), primorial)
            if p.bit_length() == size and is_prime(p):
                return p

    return [one(), one()]


def main():
    keys = [
        ("good-2048", 65537, ordinary("good-2048", 2048)),
        ("good-3072", 65537, ordinary("good-3072", 3072)),
        ("good-4096", 65537, ordinary("good-4096", 4096)),
        ("other-2048", 65537, ordinary("other-2048", 2048)),
        ("bits-512", 65537, ordinary("bits-512", 512)),
        ("bits-1024", 65537, ordinary("bits-1024", 1024)),
        ("bits-1536", 65537, ordinary("bits-1536", 1536)),
        ("bits-2047", 65537, exact("bits-2047", 2047)),
        ("bits-2049", 65537, exact("bits-2049", 2049)),
        ("bits-2056", 65537, ordinary("bits-2056", 2056)),
        ("bits-4095", 65537, exact("bits-4095", 4095)),
        # Eight primes: two of 4096 bits would take minutes to find.
        ("bits-8192", 65537, [next_prime(Stream(f"bits-8192 {n}").bits(1024) | 255 << 1016) for n in range(8)]),
        ("e-1", 1, ordinary("e", 2048)),
        ("e-2", 2, ordinary("e", 2048)),
        ("e-3", 3, ordinary("e-3", 2048, 3)),
        ("e-5", 5, ordinary("e-5", 2048, 5)),
        ("e-17", 17, ordinary("e-17", 2048, 17)),
        ("e-257", 257, ordinary("e-257", 2048, 257)),
        ("e-65535", 65535, ordinary("e-65535", 2048, 65535)),
        ("e-65536", 65536, ordinary("e", 2048)),
        ("e-65539", 65539, ordinary("e-65539", 2048, 65539)),
        ("e-2-64", 2**64 + 13, ordinary("e-2-64", 2048, 2**64 + 13)),
        ("e-2-256", 2**256 + 297, ordinary("e-2-256", 2048, 2**256 + 297)),
    ]
    for factor in [3, 5, 7, 17, 61, 251, 751, 4099, 65521]:
        keys.append((f"factor-{factor}", 65537, with_factor(f"factor-{factor}", 2048, factor)))
    p = ordinary("square", 2048)[0]
    keys.append(("square", 65537, [p, p]))
    for log in [1, 64, 128, 256, 400, 500, 512]:
        keys.append((f"close-2-{log}", 65537, close(f"close-2-{log}", 2048, 2**log)))
    keys.append(("close-3072", 65537, close("close-3072", 3072, 2**700)))
    keys.append(("close-4096", 65537, close("close-4096", 4096, 2**900)))
    for bits in [2048, 3072, 4096]:
        for n in [1, 2]:
            keys.append((f"roca-{bits}-{n}", 65537, roca(f"roca-{bits}-{n}", bits)))
    for name, e, primes in keys:
        print(name, f"{e:x}", *(f"{p:x}" for p in primes))


main()
