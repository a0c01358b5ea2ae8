"""pkilint's RFC 5280 linter over many certificates in one process: PEM file names on standard input,
one JSON line a file on standard output, findings of severity ERROR and above."""

import json
import sys

from pkilint import loader
from pkilint.pkix import certificate, extension, name
from pkilint.validation import ValidationFindingSeverity

linter = certificate.create_pkix_certificate_validator_container(
    certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
    [
        certificate.create_issuer_validator_container([]),
        certificate.create_validity_validator_container(),
        certificate.create_subject_validator_container([]),
        certificate.create_extensions_validator_container([]),
        certificate.create_spki_validator_container([]),
    ],
)
documents = loader.RFC5280CertificateDocumentLoader()

for line in sys.stdin:
    path = line.rstrip("\n")
    with open(path, encoding="ascii") as file:
        text = file.read()
    # The leaf comes first; what follows are its intermediates.
    end = "-----END CERTIFICATE-----"
    document = documents.load_pem_document(text[: text.index(end) + len(end)], path)
    findings = [
        [found.finding.severity.name, found.finding.code, found.message or ""]
        for result in linter.validate(document.root)
        for found in result.finding_descriptions
        if found.finding.severity.value <= ValidationFindingSeverity.ERROR.value
    ]
    print(json.dumps({"file": path, "findings": findings}), flush=True)
