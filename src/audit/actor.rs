//! Who acts.

use std::fs;

use serde::{Deserialize, Serialize};

/// Who acts: recorded with every audit row, without a default.
///
/// *Warning:* this type is used in stored state; its field order is part of the audit format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The account name, or the numeric id where there is none.
    pub user: String,
    /// The host.
    pub host: String,
    /// The program and its version.
    pub program: String,
}

impl Actor {
    /// The account of this process by its real user id, this host, and this version of Keystead.
    /// Environment variables such as `USER` are not asked: who runs the program can set them.
    pub fn current() -> Self {
        let uid = rustix::process::getuid().as_raw();
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Self {
            user: account_name(&accounts, uid).unwrap_or_else(|| uid.to_string()),
            host: host.trim_end().to_owned(),
            program: concat!("keystead ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// The name of `uid` in the text of a passwd file (passwd(5): `name:password:uid:…`).
fn account_name(accounts: &str, uid: u32) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let found: u32 = fields.nth(1)?.parse().ok()?;
        (found == uid && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_the_one_with_the_user_id_and_broken_lines_are_passed_over() {
        let accounts = "root:x:0:0::/root:/bin/sh\nbroken\nca:x:1001:1001::/srv/ca:/bin/false\n";
        assert_eq!(account_name(accounts, 1001).as_deref(), Some("ca"));
        assert_eq!(account_name(accounts, 7), None);
    }

    #[test]
    fn the_current_actor_is_named_in_full() {
        let actor = Actor::current();
        assert!(!actor.user.is_empty() && !actor.host.is_empty());
        assert!(actor.program.starts_with("keystead "));
    }
}
