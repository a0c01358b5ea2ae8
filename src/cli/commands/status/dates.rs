//! The calendar as a table and as JSON.

use keystead::audit::Hex;
use keystead::base::duration;
use keystead::calendar::{Calendar, CrlFacts, Item, Kind, State, Tally};
use serde::Serialize;

use crate::cli::report::{Page, Report, escaped};

/// What is due when.
#[derive(Serialize)]
pub(crate) struct Dates {
    /// The instant whose state this is.
    at: String,
    /// How many seconds early something counts as due.
    within: u64,
    /// That of the most urgent thing.
    state: State,
    /// CA certificates, CRLs, OCSP signers, what is due first in front.
    calendar: Vec<Row>,
    /// Likewise, the leaves that are due first.
    leaves: Vec<Row>,
    counts: Vec<Count>,
    /// How many leaves have a newer one for their subject.
    superseded: u64,
    next_ceremony: Option<Ceremony>,
}

#[derive(Serialize)]
struct Row {
    kind: Kind,
    state: State,
    /// Which issuer signs the next one; none when that is another CA.
    issuer: Option<String>,
    name: String,
    serial: Option<Hex<'static>>,
    begin: Option<String>,
    due: String,
    why: String,
    end: Option<String>,
    days_left: Option<u64>,
    crl: Option<CrlFacts>,
    uid: String,
}

#[derive(Serialize)]
struct Count {
    kind: Kind,
    issuer: String,
    #[serde(flatten)]
    tally: Tally,
}

#[derive(Serialize)]
struct Ceremony {
    at: String,
    issuer: String,
    why: String,
}

impl Dates {
    pub(crate) fn of(calendar: &Calendar) -> Self {
        let counts = calendar.tallies().map(|(kind, issuer, tally)| Count {
            kind,
            issuer: issuer.to_owned(),
            tally,
        });
        let row = |item| Row::of(item, calendar);
        Self {
            at: calendar.at().to_string(),
            within: calendar.within(),
            state: calendar.state(),
            calendar: calendar.items().iter().map(row).collect(),
            leaves: calendar.leaves().iter().map(row).collect(),
            counts: counts.collect(),
            superseded: calendar.superseded(),
            next_ceremony: calendar.ceremony().map(|item| Ceremony {
                at: item.due.to_string(),
                issuer: item.issuer.clone().unwrap_or_default(),
                why: item.why.to_string(),
            }),
        }
    }

    /// How many things of one kind are in which state.
    fn total(&self, kind: Kind) -> Tally {
        let mut total = Tally::default();
        for count in self.counts.iter().filter(|count| count.kind == kind) {
            total.ok += count.tally.ok;
            total.due += count.tally.due;
            total.overdue += count.tally.overdue;
        }
        total
    }

    /// `leaves: 2 overdue, 5 due, 93 ok`, and how many of them are not in the table.
    fn leaves_line(&self) -> String {
        let Tally { ok, due, overdue } = self.total(Kind::Leaf);
        let shown = u64::try_from(self.leaves.len()).unwrap_or(u64::MAX);
        let mut line = format!("leaves: {overdue} overdue, {due} due, {ok} ok");
        if ok + due + overdue > shown {
            line.push_str(&format!("; the {shown} that are due first are listed"));
        }
        line
    }
}

impl Row {
    fn of(item: &Item, calendar: &Calendar) -> Self {
        Self {
            kind: item.what,
            state: calendar.state_of(item),
            issuer: item.issuer.clone(),
            name: item.name.clone(),
            serial: item.serial.clone().map(|serial| Hex(serial.into())),
            begin: item.begin.map(|begin| begin.to_string()),
            due: item.due.to_string(),
            why: item.why.to_string(),
            end: item.end.map(|end| end.to_string()),
            days_left: item.days_left(calendar.at()),
            crl: item.crl.clone(),
            uid: item.uid.clone(),
        }
    }

    /// What people call it: a leaf without a subject has its serial number.
    fn shown_name(&self) -> String {
        match &self.serial {
            Some(serial) if self.name.is_empty() => format!("serial {serial}"),
            _ => escaped(&self.name),
        }
    }
}

impl Report for Dates {
    fn text(&self, page: &mut Page) {
        let early = match self.within {
            0 => String::new(),
            within => format!(", due within {}", duration::shown(within)),
        };
        let rows = self.calendar.iter().chain(&self.leaves);
        if rows.clone().next().is_none() {
            page.line(format!("nothing has a date at {}", minute(&self.at)));
            return;
        }
        page.line(format!("at {} UTC{early}:", minute(&self.at)));
        page.table(
            &["state", "due", "ends", "what", "name"],
            rows.map(|row| {
                vec![
                    row.state.word().to_owned(),
                    minute(&row.due),
                    row.end.as_deref().map(minute).unwrap_or_default(),
                    row.kind.word().to_owned(),
                    row.shown_name(),
                ]
            }),
        );
        page.line("");
        for row in self.calendar.iter().filter(|row| row.state != State::Ok) {
            let text = format!("{} of {}: {}", row.kind, row.shown_name(), row.why);
            page.paragraph(row.state.word(), &text);
        }
        if self.total(Kind::Leaf) != Tally::default() {
            page.line(self.leaves_line());
        }
        match self.total(Kind::MaybeSigned).due {
            0 => {}
            open => page.line(format!("maybe signed and not revoked: {open}")),
        }
        if let Some(next) = &self.next_ceremony {
            let text = format!("{} UTC, {}: {}", minute(&next.at), escaped(&next.issuer), next.why);
            page.paragraph("ceremony", &text);
        }
    }
}

/// `2027-01-31 12:00` of an RFC 3339 time.
fn minute(at: &str) -> String {
    at.get(..16).unwrap_or(at).replace('T', " ")
}
