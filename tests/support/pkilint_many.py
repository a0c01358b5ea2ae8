"""pkilint over many files in one process: names of files, DER or PEM, on standard input, one JSON line a
file on standard output.

    pkilint_many.py certificate|crl|response FATAL|ERROR|WARNING|NOTICE|INFO

By RFC 5280 for certificates and CRLs, by RFC 6960 for OCSP responses; findings of this severity and above.
Of a chain only the first certificate is judged."""

import json
import sys

from pkilint import loader, pkix
from pkilint.pkix import certificate, crl, extension, name, ocsp
from pkilint.validation import ValidationFindingSeverity


def certificates():
    return loader.RFC5280CertificateDocumentLoader(), certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


def decoders():
    return [
        pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
        pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
    ]


# As pkilint's own lint_crl and lint_ocsp_response do.
def crls():
    return loader.RFC5280CertificateListDocumentLoader(), crl.create_pkix_crl_validator_container(
        decoders(),
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([]),
            crl.create_extensions_validator_container([]),
        ],
    )


def responses():
    return loader.RFC6960OCSPResponseDocumentLoader(), ocsp.create_pkix_ocsp_response_validator_container(
        [ocsp.create_response_decoder(), *decoders()], []
    )


kind, severity = sys.argv[1:]
documents, linter = {"certificate": certificates, "crl": crls, "response": responses}[kind]()
severity = ValidationFindingSeverity[severity]

for line in sys.stdin:
    path = line.rstrip("\n")
    with open(path, "rb") as file:
        content = file.read()
    end = b"-----END CERTIFICATE-----"
    if end in content:
        content = content[: content.index(end) + len(end)]
    document = documents.load_document(content, path)
    findings = [
        [found.finding.severity.name, found.finding.code, found.message or ""]
        for result in linter.validate(document.root)
        for found in result.finding_descriptions
        if found.finding.severity.value <= severity.value
    ]
    print(json.dumps({"file": path, "findings": findings}), flush=True)
