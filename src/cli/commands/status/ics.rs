//! The calendar as an iCalendar file (RFC 5545): one event for each date. Imported again, an event moves
//! to its new date, because its UID is that of the thing and all its successors.

use chrono::TimeDelta;
use icalendar::{Alarm, Component as _, Event, EventLike as _, Property, Trigger};
use keystead::base::clock::Timestamp;
use keystead::calendar::{Calendar, Item, Kind};

use crate::cli::report::escaped;

/// How the file begins: by this an older one is known.
pub(super) const MARK: &str =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//keystead//status//EN\r\n";

/// The file.
pub(super) fn render(calendar: &Calendar) -> String {
    let mut file = icalendar::Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//keystead//status//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("NAME", "keystead"),
        ("X-WR-CALNAME", "keystead"),
    ] {
        file.append_property(Property::new(name, value));
    }
    let items = calendar.items().iter().chain(calendar.leaves()).chain(calendar.ceremony());
    for item in items {
        file.push(event(item, calendar));
    }
    file.to_string()
}

fn event(item: &Item, calendar: &Calendar) -> Event {
    let name = if item.name.is_empty() { "no subject" } else { &item.name };
    let summary = match item.what {
        Kind::Ceremony => format!("Ceremony of the root {}", escaped(name)),
        kind => format!("{} of {} is due", title(kind), escaped(name)),
    };
    let mut event = Event::new();
    event
        .uid(&item.uid)
        .add_property("DTSTAMP", utc(calendar.at()))
        .add_property("DTSTART", utc(item.due))
        .summary(&summary)
        .description(&description(item, calendar))
        // It takes nobody's time from other appointments.
        .add_property("TRANSP", "TRANSPARENT")
        .add_property("CATEGORIES", item.what.word());
    // Reminders: a ceremony brings people together, a CA certificate wants a plan.
    let days = match item.what {
        Kind::Ceremony => 14,
        Kind::CaCertificate => 30,
        _ => 1,
    };
    let text = format!("{summary} (reminder, {days} d before)");
    let mut alarm = Alarm::display(&text, Trigger::before_start(TimeDelta::days(days)));
    // The library would invent both from clock and chance, and two runs would differ.
    alarm
        .add_property("UID", format!("alarm-{}", item.uid))
        .add_property("DTSTAMP", utc(calendar.at()));
    event.alarm(alarm.done());
    event.done()
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::CaCertificate => "CA certificate",
        Kind::Crl => "CRL",
        Kind::OcspSigner => "OCSP signer",
        Kind::Leaf => "Certificate",
        Kind::MaybeSigned => "Maybe signed certificate",
        Kind::Ceremony => "Ceremony",
    }
}

/// Who signs, why then, and the facts, one a line.
fn description(item: &Item, calendar: &Calendar) -> String {
    let signer = match &item.issuer {
        Some(issuer) => format!("signed by {}", escaped(issuer)),
        None => "signed by a CA elsewhere".to_owned(),
    };
    let mut lines = vec![item.why.to_string(), signer];
    lines.extend(item.crl.as_ref().map(|crl| format!("CRL number {}", crl.number)));
    lines.extend(item.serial.as_ref().map(|serial| format!("serial {}", hex::encode(serial))));
    lines.extend(item.end.map(|end| format!("ends {end}")));
    lines.push(format!("state {} at {}", calendar.state_of(item), calendar.at()));
    lines.join("\n")
}

/// `20270131T120000Z` (RFC 5545 §3.3.5, form 2).
fn utc(at: Timestamp) -> String {
    at.to_string().replace(['-', ':'], "")
}
