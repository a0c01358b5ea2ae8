//! The calendar as text for Prometheus (exposition format 0.0.4), as node_exporter's textfile collector
//! reads it.

use std::fmt::{Display, Write as _};

use keystead::calendar::{Calendar, Item, Kind, State};

use crate::cli::report::escaped;

/// How the file begins: by this an older one is known.
pub(super) const MARK: &str = "# keystead status\n";

/// The text.
pub(super) fn render(calendar: &Calendar) -> String {
    let mut text = Text(MARK.to_owned());
    let certificates =
        calendar.items().iter().chain(calendar.leaves()).filter(|item| {
            matches!(item.what, Kind::CaCertificate | Kind::OcspSigner | Kind::Leaf)
        });
    let certificates: Vec<_> = certificates.map(|item| (certificate_labels(item), item)).collect();
    let crls = calendar.items().iter().filter(|item| item.what == Kind::Crl);
    let crls: Vec<_> = crls.map(|item| (crl_labels(item), item)).collect();
    let end = |item: &Item| item.end.map(|end| end.as_unix());
    let due = |item: &Item| Some(item.due.as_unix());

    text.each(
        "certificate_not_after_seconds",
        "The last second of a certificate; of leaves only those that are due first.",
        certificates.iter().map(|(labels, item)| (labels, end(item))),
    );
    text.each(
        "certificate_due_seconds",
        "When the successor of a certificate should be made.",
        certificates.iter().map(|(labels, item)| (labels, due(item))),
    );
    text.each(
        "crl_next_update_seconds",
        "nextUpdate of the newest CRL.",
        crls.iter().map(|(labels, item)| (labels, end(item))),
    );
    text.each(
        "crl_this_update_seconds",
        "thisUpdate of the newest CRL.",
        crls.iter().map(|(labels, item)| (labels, item.begin.map(|begin| begin.as_unix()))),
    );
    text.each(
        "crl_due_seconds",
        "When the next CRL should be made, also where there is none yet.",
        crls.iter().map(|(labels, item)| (labels, due(item))),
    );
    text.each(
        "crl_number",
        "cRLNumber of the newest CRL.",
        crls.iter().map(|(labels, item)| (labels, item.crl.as_ref().map(|crl| crl.number))),
    );
    text.each(
        "crl_entries",
        "How many entries the newest CRL has.",
        crls.iter().map(|(labels, item)| (labels, item.crl.as_ref().map(|crl| crl.entries))),
    );
    let tallies: Vec<_> = calendar
        .tallies()
        .filter(|(kind, ..)| *kind != Kind::MaybeSigned)
        .map(|(kind, issuer, tally)| {
            (labels(&[("kind", kind.word().to_owned()), ("issuer", escaped(issuer))]), tally)
        })
        .collect();
    for (name, help, state) in [
        ("ok", "How many things are not due yet.", State::Ok),
        ("due", "How many things are due and have not ended.", State::Due),
        ("overdue", "How many things have ended.", State::Overdue),
    ] {
        let samples = tallies.iter().map(|(labels, tally)| {
            let value = match state {
                State::Ok => tally.ok,
                State::Due => tally.due,
                State::Overdue => tally.overdue,
            };
            (labels, Some(value))
        });
        text.each(name, help, samples);
    }
    text.one(
        "maybe_signed",
        "How many certificates the token may have signed that are neither revoked nor ended.",
        calendar.total(Some(Kind::MaybeSigned)).due,
    );
    text.one(
        "superseded",
        "How many leaves have a newer one for their subject.",
        calendar.superseded(),
    );
    let ceremony = calendar.ceremony().map(|item| {
        (labels(&[("issuer", escaped(item.issuer.as_deref().unwrap_or_default()))]), item)
    });
    text.each(
        "next_ceremony_seconds",
        "When a root key is needed next.",
        ceremony.iter().map(|(labels, item)| (labels, due(item))),
    );
    text.one("status_time_seconds", "The instant whose state this is.", calendar.at().as_unix());
    text.0
}

/// The text in the making. Everything is a gauge.
struct Text(String);

impl Text {
    /// A metric with labels, one sample for each that has a value; left out when none has.
    fn each<'l>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl Iterator<Item = (&'l String, Option<u64>)>,
    ) {
        let mut samples = samples.filter_map(|(labels, value)| Some((labels, value?))).peekable();
        if samples.peek().is_none() {
            return;
        }
        self.head(name, help);
        for (labels, value) in samples {
            self.line(format_args!("keystead_{name}{labels} {value}"));
        }
    }

    /// A metric without labels.
    fn one(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help);
        self.line(format_args!("keystead_{name} {value}"));
    }

    fn head(&mut self, name: &str, help: &str) {
        self.line(format_args!("# HELP keystead_{name} {help}"));
        self.line(format_args!("# TYPE keystead_{name} gauge"));
    }

    fn line(&mut self, line: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line}");
    }
}

fn certificate_labels(item: &Item) -> String {
    labels(&[
        ("kind", item.what.word().to_owned()),
        ("issuer", escaped(item.issuer.as_deref().unwrap_or_default())),
        ("name", escaped(&item.name)),
        ("serial", hex::encode(item.serial.as_deref().unwrap_or_default())),
        ("uid", item.uid.clone()),
    ])
}

fn crl_labels(item: &Item) -> String {
    let form = match &item.crl {
        Some(crl) if crl.base.is_some() => "delta",
        _ => "complete",
    };
    labels(&[
        ("issuer", escaped(item.issuer.as_deref().unwrap_or_default())),
        ("name", escaped(&item.name)),
        ("form", form.to_owned()),
        ("uid", item.uid.clone()),
    ])
}

/// `{name="value",…}`, in which a backslash, a quotation mark and a line end are escaped.
fn labels(pairs: &[(&str, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("{name}=\"{value}\"")
    });
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_with_quotation_marks_and_backslashes_stays_one_label() {
        let found = labels(&[("a", "x\"} 1\n\\".to_owned()), ("b", String::new())]);
        assert_eq!(found, r#"{a="x\"} 1\n\\",b=""}"#);
    }
}
