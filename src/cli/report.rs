//! Everything that is printed. Standard output is data: a table or one JSON document. Standard error is
//! talk. Untrusted text is escaped here.

use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use comfy_table::{ColumnConstraint, ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use keystead::base::text::{Escaped, is_confusing, printable};
use serde::Serialize;

use super::exit::Failure;

/// Columns of text where the terminal does not say how many it has.
const COLUMNS: u16 = 80;

/// Names of rows up to this length stay in one piece.
const NAME_COLUMNS: usize = 24;

/// Columns of the label before a paragraph.
const PARAGRAPH_LABEL: usize = 12;

/// What a command prints: the fields of the JSON document, and a text for people.
pub(crate) trait Report: Serialize {
    /// Writes the text.
    fn text(&self, page: &mut Page);
}

/// Where a command prints to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ui {
    json: bool,
    width: u16,
    stderr_is_terminal: bool,
    colour: bool,
}

impl Ui {
    /// Looks at the streams and the environment once.
    pub(crate) fn new(json: bool) -> Self {
        let stderr_is_terminal = io::stderr().is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            json,
            width: stdout_columns(),
            stderr_is_terminal,
            colour: stderr_is_terminal && !no_colour && !dumb,
        }
    }

    /// Whether one JSON document is wanted.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Prints a report to standard output, as text or as one JSON document.
    pub(crate) fn print(&self, report: &impl Report) -> Result<(), Failure> {
        let text = if self.json {
            json_document(report)?
        } else {
            let mut page = Page::new(self.width);
            report.text(&mut page);
            page.text
        };
        write_stdout(text.as_bytes())
    }

    /// Shows a report as text on standard error: what a question is about.
    pub(crate) fn show(&self, report: &impl Report) {
        let mut page = Page::new(self.width);
        report.text(&mut page);
        self.say("", "", page.text.trim_end());
    }

    /// Says something that is not data.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        self.say("", "", text.as_ref());
    }

    /// Warns.
    pub(crate) fn warn(&self, text: impl AsRef<str>) {
        self.say("warning: ", "33", text.as_ref());
    }

    /// Tells why a command stops.
    pub(crate) fn failure(&self, failure: &Failure) {
        let text = failure.to_string();
        match text.strip_prefix("error: ") {
            Some(rest) => self.say("error: ", "1;31", rest.trim_end()),
            None => self.say("", "", text.trim_end()),
        }
    }

    /// Progress of `length` pieces of work on a terminal; silent elsewhere.
    pub(crate) fn progress(&self, length: u64, what: &'static str) -> ProgressBar {
        if !self.stderr_is_terminal || length < 2 {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        let template = "{msg} {pos}/{len} [{bar:20}] {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    fn say(&self, prefix: &str, colour: &str, text: &str) {
        let text = printable(text);
        let line = if self.colour && !colour.is_empty() {
            format!("\u{1b}[{colour}m{prefix}\u{1b}[0m{text}\n")
        } else {
            format!("{prefix}{text}\n")
        };
        // Nobody can be told that standard error is closed.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }
}

/// Writes to standard output. A reader that went away (`| head`) is no failure.
pub(crate) fn write_stdout(data: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(data).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::io("cannot write to standard output", error))
        }
        _ => Ok(()),
    }
}

/// One JSON document and a line end. Characters that could confuse a terminal are escaped, which JSON
/// readers undo.
pub(crate) fn json_document(value: &impl Serialize) -> Result<String, Failure> {
    let plain = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::failed(format!("the report cannot be encoded: {error}")))?;
    Ok(json_printable(&plain) + "\n")
}

/// One JSON document on one line.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    let plain = serde_json::to_string(value)
        .map_err(|error| Failure::failed(format!("the record cannot be encoded: {error}")))?;
    Ok(json_printable(&plain) + "\n")
}

/// The same JSON with `_` for `-` in every name of a field, as all our JSON has it.
pub(crate) fn snake_case(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(snake_case).collect()),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name.replace('-', "_"), snake_case(value)))
                .collect(),
        ),
        other => other,
    }
}

/// JSON text in which characters that could confuse a terminal are escaped.
pub(crate) fn json_printable(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if is_confusing(character) && character != '\n' {
            // Raw control characters occur inside of JSON strings only, so an escape is right.
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// The text of a report.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    width: u16,
}

impl Page {
    fn new(width: u16) -> Self {
        Self { text: String::new(), width }
    }

    /// A line of our own words.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        self.text.push_str(&printable(text.as_ref()));
        self.text.push('\n');
    }

    /// Names and values, one pair a line, without those that have no value. Values are escaped by whoever made them printable, or are
    /// made so here.
    pub(crate) fn fields<const N: usize>(&mut self, fields: [(&str, String); N]) {
        let name_width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            let value = printable(&value);
            let mut lines = value.lines();
            let first = lines.next().unwrap_or_default();
            self.text.push_str(&format!("{:name_width$}{first}\n", format!("{name}:")));
            for line in lines {
                self.text.push_str(&format!("{:name_width$}{line}\n", ""));
            }
        }
    }

    /// A label and a text that is broken at spaces to the width of the page, each line under the first.
    /// A word that is longer than a line is broken too.
    pub(crate) fn paragraph(&mut self, label: &str, text: &str) {
        let room = usize::from(self.width).saturating_sub(PARAGRAPH_LABEL).max(20);
        let label = if label.is_empty() { String::new() } else { format!("{label}:") };
        let mut start = format!("{label:PARAGRAPH_LABEL$}");
        for line in broken(&printable(text).replace('\n', " "), room) {
            self.text.push_str(format!("{start}{line}").trim_end());
            self.text.push('\n');
            start = " ".repeat(PARAGRAPH_LABEL);
        }
    }

    /// Columns under headings, within the width of the page.
    pub(crate) fn table(&mut self, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        self.columns(header, rows, false);
    }

    /// [`Page::table`] whose first column is never broken: names that people copy.
    pub(crate) fn catalogue(
        &mut self,
        header: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
    ) {
        self.columns(header, rows, true);
    }

    fn columns(
        &mut self,
        header: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
        whole_names: bool,
    ) {
        let mut table = Table::new();
        table
            .load_style(comfy_table::presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.width)
            .force_no_tty();
        table.set_header(header.iter().map(|name| name.to_uppercase()).collect::<Vec<_>>());
        let mut first = 0;
        for row in rows {
            first = first.max(row.first().map_or(0, |cell| printable(cell).chars().count()));
            table.add_row(row.iter().map(|cell| printable(cell)).collect::<Vec<_>>());
        }
        // What a row is called is not broken for the sake of what is said of it.
        if let Some(column) = table.column_mut(0).filter(|_| (1..=NAME_COLUMNS).contains(&first)) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        if whole_names && let Some(names) = table.column_mut(0) {
            names.set_constraint(ColumnConstraint::ContentWidth);
        }
        for line in table.lines() {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}

/// `text` in lines of at most `room` characters.
fn broken(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let Some(line) = lines.last_mut() else { return lines };
            let used = line.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + word.len() <= room {
                line.extend(std::iter::repeat_n(' ', gap).chain(word));
                break;
            }
            if used == 0 {
                line.extend(word.drain(..room));
            }
            lines.push(String::new());
        }
    }
    lines
}

/// Text from outside as it is shown.
pub(crate) fn escaped(text: &str) -> String {
    Escaped(text).to_string()
}

fn stdout_columns() -> u16 {
    if !io::stdout().is_terminal() {
        return COLUMNS;
    }
    rustix::termios::tcgetwinsize(io::stdout())
        .ok()
        .map(|size| size.ws_col)
        .filter(|columns| *columns >= 40)
        .map_or(COLUMNS, |columns| columns.min(160))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Names(Vec<String>);

    #[test]
    fn json_holds_the_exact_text_but_no_character_that_steers_a_terminal() {
        let names = Names(vec!["a\u{1b}[31m\u{202e}\u{7f}\u{e0041}é".to_owned()]);
        let document = json_document(&names).unwrap();
        assert!(!document.trim_end().chars().any(|c| is_confusing(c) && c != '\n'), "{document}");
        let read: Vec<String> = serde_json::from_str(&document).unwrap();
        assert_eq!(read, names.0);
    }

    #[test]
    fn a_table_stays_within_the_width_of_the_page() {
        let mut page = Page::new(80);
        let row = vec!["a".repeat(34), "CN=".to_owned() + &"b".repeat(90), "2027-01-01".to_owned()];
        page.table(&["serial", "subject", "expires"], [row]);
        assert!(page.text.lines().all(|line| line.chars().count() <= 80), "{}", page.text);
        assert!(page.text.starts_with("SERIAL"), "{}", page.text);
    }

    #[test]
    fn a_paragraph_is_broken_at_spaces_and_a_longer_word_anywhere() {
        let mut page = Page::new(32);
        page.paragraph("names", "one two three four \u{1b}five");
        page.paragraph("", &"x".repeat(25));
        let expected = "names:      one two three four\n            \\u{1b}five\n            \
                        xxxxxxxxxxxxxxxxxxxx\n            xxxxx\n";
        assert_eq!(page.text, expected);
    }

    #[test]
    fn field_values_line_up() {
        let mut page = Page::new(80);
        page.fields([("key", "one".to_owned()), ("algorithm", "two\nthree".to_owned())]);
        assert_eq!(page.text, "key:       one\nalgorithm: two\n           three\n");
    }
}
