#!/usr/bin/env bash
# A CI job that issues certificates with the same binary and the same files as production; only the
# token differs: SoftHSM here, the real module there.
#
#   KEYSTEAD_BIN=keystead examples/ci/issue.sh [DIR]
#
# A job on a real token sets MODULE, TOKEN and PIN_SOURCE instead, for example
#   MODULE=/usr/lib/vendor/libpkcs11.so TOKEN=ci-signing PIN_SOURCE=credential:token-pin
# and keeps DIR/home (the inventory and its audit chain) between runs.
set -euo pipefail

keystead=${KEYSTEAD_BIN:-keystead}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:-$(mktemp -d)}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

if [ -z "${MODULE:-}" ]; then
    KEYSTEAD_BIN=$keystead "$here/../../softhsm/provision" "$dir" keystead-ci
    export SOFTHSM2_CONF=$dir/softhsm2.conf
    MODULE=$(cat "$dir/module") TOKEN=keystead-ci PIN_SOURCE=file:$dir/pin
fi

if [ ! -e "$dir/home/keystead.toml" ]; then
    "$keystead" init "$dir/home" --module "$MODULE" --token "$TOKEN" --pin-source "$PIN_SOURCE"
    "$keystead" --home "$dir/home" ca root ci --subject 'CN=CI Root,O=Example' --key ec-p256
fi

# The service under test makes its own key and asks for a certificate.
work=$(mktemp -d "$dir/run.XXXXXX")
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/app.key" \
    -subj '/CN=app.example.com' -addext 'subjectAltName=DNS:app.example.com' -out "$work/app.csr" 2> "$work/openssl.log"

# Exit code 1 is a refusal (the request or the policy), 3 a failure (token, store, disk): a job
# treats them differently, so say which.
status=0
"$keystead" --home "$dir/home" sign "$work/app.csr" --issuer ci --profile tls-server --out "$work/out" || status=$?
case $status in
    0) ;;
    1) echo "refused: fix the request or the profile" >&2; exit 1 ;;
    *) echo "failed with $status: look at the token and the disk, then run again" >&2; exit "$status" ;;
esac

openssl verify -x509_strict -purpose sslserver -CAfile "$dir/home/issuers/ci/ca.crt" "$work"/out/*.crt >&2
"$keystead" --home "$dir/home" audit verify >&2
echo "$work/out"
