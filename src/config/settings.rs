//! `keystead.toml`: written once for a person to read and edit, read strictly.

use std::path::{Path, PathBuf};

use super::ConfigError;
use crate::base::text::ParserError;

/// `keystead.toml`, `[token]` (unknown keys refuse). Strings are parsed by `token`.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TokenTable {
    /// The PKCS#11 module.
    pub module: PathBuf,
    /// RFC 7512 URI.
    pub uri: String,
    /// `prompt`, `file:PATH`, `fd:N`, `credential:NAME`.
    pub pin_source: String,
    /// Worker sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<usize>,
}

/// `keystead.toml`, `[[linter]]` (unknown keys refuse): a program that reads what is to be signed.
/// `lint` judges the values.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LinterTable {
    /// How it is called in refusals and in the audit record.
    pub name: String,
    /// The program and its arguments, run without a shell.
    pub command: Vec<String>,
    /// How long it may take.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u64,
    /// What it is shown: `leaf`, `intermediate`, `root`, `request`; the first two without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<String>>,
    /// How many processes of it run at once; as many as there are workers without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_parallel: Option<usize>,
}

fn default_timeout() -> u64 {
    10
}

/// `keystead.toml`, `[request]`: what is asked of requests beside their profiles.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct RequestTable {
    /// Lists of weak RSA keys (CVE-2008-0166) beside the one that the system has installed: files in
    /// the format of `openssl-blacklist`, or folders of such. A relative path starts at the home.
    pub weak_keys: Vec<PathBuf>,
}

/// The whole file.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) token: TokenTable,
    #[serde(default, rename = "linter")]
    pub(super) linters: Vec<LinterTable>,
    #[serde(default)]
    pub(super) request: RequestTable,
}

/// Reads the text of `keystead.toml` at `path`.
pub(super) fn parse(path: &Path, text: &str) -> Result<Settings, ConfigError> {
    let settings: Settings = toml::from_str(text).map_err(|error| ConfigError::Syntax {
        path: path.to_owned(),
        source: ParserError::new(&error),
    })?;
    if settings.token.workers == Some(0) {
        return Err(ConfigError::Value {
            path: path.to_owned(),
            key: "token.workers",
            found: "0".to_owned(),
            expected: "at least 1".to_owned(),
        });
    }
    Ok(settings)
}

/// The text of a new `keystead.toml`.
pub(super) fn render(token: &TokenTable) -> String {
    let workers = match token.workers {
        Some(workers) => format!("workers = {workers}"),
        None => "# workers = 2".to_owned(),
    };
    format!(
        "\
# Settings of this keystead home. No secret belongs in here. Unknown keys refuse.

[token]
# The PKCS#11 module, a shared library.
module = {module}
# Which token: an RFC 7512 URI with its label or serial, never a slot number.
uri = {uri}
# Where the PIN comes from: prompt | file:PATH | fd:N | credential:NAME (systemd).
# A relative PATH starts at this folder; the file must be readable by its owner alone.
pin-source = {pin_source}
# Sessions that sign at once. Without it: as many as the host has cores, within the token's limit.
{workers}

# Programs that read each certificate (PEM, on standard input) before it is signed; one that does not
# exit with 0 refuses it.
# [[linter]]
# name = \"pkilint\"
# command = [\"lint_pkix_cert\", \"lint\", \"-s\", \"WARNING\", \"-\"]
# timeout-seconds = 10

# [request]
# Lists of weak RSA keys in the format of the package openssl-blacklist, which is used when it is
# installed. A relative path starts at this folder.
# weak-keys = [\"blacklist.RSA-2048\"]
",
        module = quoted(&token.module.to_string_lossy()),
        uri = quoted(&token.uri),
        pin_source = quoted(&token.pin_source),
    )
}

/// A TOML string.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TokenTable {
        TokenTable {
            module: "/usr/lib/a \"quoted\"/x.so".into(),
            uri: "pkcs11:token=dev%20one".to_owned(),
            pin_source: "file:C:\\pin".to_owned(),
            workers: None,
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let table = table();
        let read = parse(Path::new("keystead.toml"), &render(&table)).unwrap().token;
        assert_eq!(read.module, table.module);
        assert_eq!(read.uri, table.uri);
        assert_eq!(read.pin_source, table.pin_source);
        assert_eq!(read.workers, None);
        let four = TokenTable { workers: Some(4), ..table };
        assert_eq!(parse(Path::new("k"), &render(&four)).unwrap().token.workers, Some(4));
    }

    #[test]
    fn lists_of_weak_keys_are_read_and_other_keys_of_the_table_refuse() {
        let read = |more: &str| parse(Path::new("k"), &format!("{}{more}", render(&table())));
        assert!(read("").unwrap().request.weak_keys.is_empty());
        let lists = read("[request]\nweak-keys = [\"a\", \"/b\"]").unwrap().request.weak_keys;
        assert_eq!(lists, [Path::new("a"), Path::new("/b")]);
        assert!(read("[request]\nweak-key = []").is_err());
    }

    #[test]
    fn an_unknown_key_refuses_and_the_error_shows_its_line() {
        let text = format!("{}pin = \"1234\"\n", render(&table()));
        let error = parse(Path::new("keystead.toml"), &text).err().unwrap();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("pin = "), "{source}");
        assert!(source.contains("unknown field `pin`"), "{source}");
    }

    #[test]
    fn linters_are_read_in_order_with_their_defaults_and_an_unknown_key_refuses() {
        let text = render(&table())
            + "[[linter]]\nname = 'a'\ncommand = ['x', '-']\n"
            + "[[linter]]\nname = 'b'\ncommand = ['y']\ntimeout-seconds = 3\nkinds = ['leaf']\n";
        let linters = parse(Path::new("k"), &text).unwrap().linters;
        assert_eq!((linters[0].name.as_str(), linters[0].timeout_seconds), ("a", 10));
        assert_eq!((linters[1].name.as_str(), linters[1].timeout_seconds), ("b", 3));
        assert_eq!(linters[1].kinds.as_deref(), Some(&["leaf".to_owned()][..]));
        assert!(parse(Path::new("k"), &(text + "shell = true\n")).is_err());
    }

    #[test]
    fn the_example_of_a_linter_in_new_settings_is_one() {
        let text: String = render(&table())
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if rest.contains(['=', '[']) && !rest.contains("workers") => rest,
                _ => line,
            })
            .flat_map(|line| [line, "\n"])
            .collect();
        let linters = parse(Path::new("k"), &text).unwrap().linters;
        assert_eq!(linters[0].name, "pkilint");
    }

    #[test]
    fn no_worker_at_all_refuses() {
        let text = render(&TokenTable { workers: Some(0), ..table() });
        assert!(matches!(
            parse(Path::new("keystead.toml"), &text),
            Err(ConfigError::Value { key: "token.workers", .. })
        ));
    }
}
