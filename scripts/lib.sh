# shellcheck shell=bash disable=SC2034
# Shared by the scripts: talk, find and install tools, run the SoftHSM home. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
oracles=$target/oracles
tools=$target/tools

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 3; }
have() { command -v "$1" > /dev/null 2>&1; }
step() { say ""; say "== $*"; }

# An oracle that cannot be asked is named, here and in the summary of scripts/test.
skip() { # NAME REASON
    say "skipped oracle: $1: $2"
    if [ -n "${KEYSTEAD_SKIPPED:-}" ]; then
        printf '%s: %s\n' "$1" "$2" >> "$KEYSTEAD_SKIPPED"
    fi
}

# Prints the first path that exists.
first_of() {
    local path
    for path in "$@"; do
        if [ -e "$path" ]; then
            printf '%s\n' "$path"
            return 0
        fi
    done
    return 1
}

# Debian's and Fedora's places; the architecture folder is Debian's only.
softhsm_module() {
    if [ -n "${SOFTHSM2_MODULE:-}" ]; then
        first_of "$SOFTHSM2_MODULE"
        return
    fi
    first_of /usr/lib/softhsm/libsofthsm2.so \
        /usr/lib/*/softhsm/libsofthsm2.so \
        /usr/lib64/pkcs11/libsofthsm2.so \
        /usr/lib64/softhsm/libsofthsm2.so \
        /usr/local/lib/softhsm/libsofthsm2.so
}

spy_module() {
    first_of /usr/lib/*/pkcs11-spy.so /usr/lib/*/pkcs11/pkcs11-spy.so \
        /usr/lib64/pkcs11-spy.so /usr/lib64/pkcs11/pkcs11-spy.so
}

# OpenSSL's engine and the directory of engines, for the comparison in scripts/bench.
pkcs11_engine() {
    first_of /usr/lib/*/engines-3/pkcs11.so /usr/lib/*/engines-3/libpkcs11.so \
        /usr/lib64/engines-3/pkcs11.so
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo && sudo -n true 2> /dev/null; then
        sudo -n "$@"
    elif have sudo && [ -t 0 ]; then
        sudo "$@"
    else
        return 1
    fi
}

missing=()
# Notes PACKAGE as missing unless the check that follows it succeeds.
need() { # PACKAGE CHECK...
    local package=$1
    shift
    "$@" > /dev/null 2>&1 || missing+=("$package")
}

# Installs what `need` noted; nothing at all when nothing is missing.
install_missing() {
    [ ${#missing[@]} -gt 0 ] || return 0
    say "missing: ${missing[*]}"
    if ! have apt-get; then
        die "this is not Debian or a relative of it: install the equivalents of these packages by hand: ${missing[*]}"
    fi
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get update -qq || say "apt-get update failed; trying with the lists that are there"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "${missing[@]}" < /dev/null >&2 \
        || die "could not install ${missing[*]}: become root and run apt-get install ${missing[*]}"
    missing=()
}

need_build() {
    need build-essential have cc
    have cargo || die "no cargo: install Rust (rust-version in Cargo.toml says from which on), then run this again"
}

need_softhsm() {
    need softhsm2 have softhsm2-util
    need softhsm2 softhsm_module
}
