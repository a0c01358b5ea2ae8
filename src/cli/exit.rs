//! Exit codes, and how a failure is told: the error, its causes, a hint what to do.

use std::error::Error;
use std::fmt;

use keystead::base::text::printable;

/// How a command ended; the numbers are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Everything that was asked for is done.
    Done = 0,
    /// A request, a policy or a lint rule said no; nothing is wrong with the installation.
    Refused = 1,
    /// The command line or the settings make no sense.
    Usage = 2,
    /// The token, the store or the system failed.
    Failed = 3,
    /// Everything is done, and something wants attention: `lint` found warnings but no errors,
    /// something is due.
    Attention = 4,
    /// Something has ended: a certificate, a CRL.
    Overdue = 5,
}

/// Why a command stops: what is printed, and with which code it exits.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    error: Box<dyn Error + Send + Sync>,
    hint: Option<String>,
    rule: Option<Rule>,
}

/// What refused: a stable code, and the clause behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) code: String,
    pub(crate) clause: Option<String>,
}

/// `[request.key.roca; CA/Browser Forum BR 6.1.1.3]`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.clause {
            Some(clause) => write!(f, "[{}; {clause}]", self.code),
            None => write!(f, "[{}]", self.code),
        }
    }
}

impl Failure {
    /// A failure with its cause.
    pub(crate) fn new(exit: Exit, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit, error: error.into(), hint: None, rule: None }
    }

    /// A command line that makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message.into())
    }

    /// A policy that says no.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, message.into())
    }

    /// Something that does not work.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message.into())
    }

    /// A file that cannot be read or written.
    pub(crate) fn io(what: impl fmt::Display, source: std::io::Error) -> Self {
        Self::new(Exit::Failed, Context { what: what.to_string(), source: Box::new(source) })
    }

    /// Says first what was being done.
    pub(crate) fn context(self, what: impl fmt::Display) -> Self {
        Self {
            error: Box::new(Context { what: what.to_string(), source: self.error }),
            exit: self.exit,
            hint: self.hint,
            rule: self.rule,
        }
    }

    /// Says which rule refused.
    pub(crate) fn by_rule(mut self, code: impl Into<String>, clause: Option<&str>) -> Self {
        self.rule = Some(Rule { code: code.into(), clause: clause.map(str::to_owned) });
        self
    }

    /// Which rule refused.
    pub(crate) fn rule(&self) -> Option<&Rule> {
        self.rule.as_ref()
    }

    /// Says what to do, unless something more specific was said already.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// The code to exit with.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// The error and its causes on one line, for tables, JSON and the audit record.
    pub(crate) fn one_line(&self) -> String {
        printable(&chain(self.error.as_ref()).join(": "))
    }
}

impl Failure {
    /// [`Failure::one_line`] with the rule that refused behind it.
    pub(crate) fn one_line_with_rule(&self) -> String {
        match &self.rule {
            Some(rule) => format!("{} {rule}", self.one_line()),
            None => self.one_line(),
        }
    }

    /// The error and its causes, each on its line, indented, with the rule that refused at the end.
    pub(crate) fn causes(&self) -> String {
        let lines = chain(self.error.as_ref()).into_iter().flat_map(|layer| {
            layer.lines().map(|line| format!("  {}", printable(line))).collect::<Vec<_>>()
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        match &self.rule {
            Some(rule) => format!("{text} {rule}"),
            None => text,
        }
    }
}

/// The text for standard error.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, layer) in chain(self.error.as_ref()).iter().enumerate() {
            let (first, rest) = if depth == 0 { ("error: ", "") } else { ("  cause: ", "    ") };
            let mut lines = layer.trim_end().lines();
            writeln!(f, "{first}{}", printable(lines.next().unwrap_or_default()))?;
            for line in lines {
                writeln!(f, "{rest}{}", printable(line))?;
            }
        }
        if let Some(rule) = &self.rule {
            writeln!(f, "  rule: {rule}")?;
        }
        if let Some(hint) = &self.hint {
            writeln!(f, "\nhint: {}", printable(hint))?;
        }
        Ok(())
    }
}

/// What an error and its causes say, outermost first, each once.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut layers = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if layers.last() != Some(&text) {
            layers.push(text);
        }
        next = cause.source();
    }
    layers
}

/// An error with what was being done in front of it.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
struct Context {
    what: String,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_followed_by_its_causes_and_after_a_blank_line_by_the_hint() {
        let io = std::io::Error::other("disk on fire\nand smoking");
        let failure = Failure::io("cannot write a.crt", io).hint("try water");
        assert_eq!(
            failure.to_string(),
            "error: cannot write a.crt\n  cause: disk on fire\n    and smoking\n\nhint: try water\n"
        );
        assert_eq!(failure.exit(), Exit::Failed);
    }

    #[test]
    fn a_control_sequence_in_an_error_does_not_reach_the_terminal() {
        let failure = Failure::refused("name \u{1b}[2J\u{202e}x");
        assert_eq!(failure.to_string(), "error: name \\u{1b}[2J\\u{202e}x\n");
    }

    #[test]
    fn the_rule_that_refused_is_named_with_its_clause() {
        let failure = Failure::refused("no").by_rule("crl.lost", Some("RFC 5280 §3.3"));
        assert_eq!(failure.to_string(), "error: no\n  rule: [crl.lost; RFC 5280 §3.3]\n");
    }

    #[test]
    fn the_first_hint_is_the_one_that_is_kept() {
        let failure = Failure::usage("x").hint("specific").hint("general");
        assert!(failure.to_string().ends_with("hint: specific\n"));
    }
}
