//! Whose matter each error of the library is: the exit code and the hint it gets.

use keystead::config::ConfigError;
use keystead::inventory::StoreError;
use keystead::issuance::IssueError;
use keystead::kubernetes::TreeError;
use keystead::publish::PublishError;
use keystead::revocation::issue::CrlIssueError;
use keystead::token::{TokenError, TokenErrorKind};

use super::context::HOME_HINT;
use super::exit::{Exit, Failure};

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        use ConfigError as E;
        let (exit, hint) = match &error {
            E::NotAHome(_) => (Exit::Usage, Some(HOME_HINT)),
            E::HomeExists(_) | E::NotEmpty(_) => (Exit::Usage, Some("nothing was changed")),
            E::NoIssuer { .. } => {
                (Exit::Usage, Some("`keystead ca root` and `keystead ca request` make issuers"))
            }
            E::Syntax { .. } | E::BadName { .. } | E::Value { .. } | E::IssuerExists(_) => {
                (Exit::Usage, None)
            }
            _ => (Exit::Failed, None),
        };
        with_hint(Self::new(exit, error), hint)
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        let exit = match error.kind() {
            TokenErrorKind::KeyPolicy => Exit::Refused,
            _ => Exit::Failed,
        };
        let hint = match &error {
            TokenError::TokenAmbiguous { .. } => {
                Some("set token.uri in keystead.toml to `pkcs11:serial=SERIAL`")
            }
            TokenError::KeyLabelTaken { .. } => {
                Some("--key-label gives another one; --existing-key uses the key that is there")
            }
            TokenError::TokenNotFound { .. } => {
                Some("`keystead token list` shows what the module offers")
            }
            TokenError::Login { .. } => {
                Some("keystead logged in at most once; it never repeats a PIN by itself")
            }
            _ => None,
        };
        with_hint(Self::new(exit, error), hint)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if let StoreError::Reference(_) = &error {
            return Self::new(Exit::Usage, error);
        }
        let full = match &error {
            StoreError::Full { .. } => true,
            // SQLite calls a full disk an I/O error when it is its shared memory that finds no room.
            StoreError::Sqlite { path, .. } => {
                rustix::fs::statvfs(path).is_ok_and(|disk| disk.f_bavail == 0)
            }
            _ => false,
        };
        let hint = match &error {
            _ if full => {
                "the disk of the home is full; nothing is signed that cannot be recorded first"
            }
            StoreError::ClockBehind { .. } => {
                "`keystead audit accept-clock --reason TEXT` accepts the present time"
            }
            _ => "nothing is signed that cannot be recorded first",
        };
        Self::new(Exit::Failed, error).hint(hint)
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        let exit = match &error {
            PublishError::NotReplaced { .. } => Exit::Refused,
            _ => Exit::Failed,
        };
        Self::new(exit, error)
    }
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Store(error) => error.into(),
            refused if refused.is_refusal() => {
                let (code, clause) =
                    (refused.code().into_owned(), refused.clause().map(str::to_owned));
                Self::new(Exit::Refused, refused).by_rule(code, clause.as_deref())
            }
            failed => Self::new(Exit::Failed, failed),
        }
    }
}

impl From<CrlIssueError> for Failure {
    fn from(error: CrlIssueError) -> Self {
        match error {
            CrlIssueError::Issue(error) => error.into(),
            CrlIssueError::Store(error) => error.into(),
            refused => {
                let (code, clause) = (refused.code(), refused.clause());
                Self::new(Exit::Refused, refused).by_rule(code, clause)
            }
        }
    }
}

impl From<TreeError> for Failure {
    fn from(error: TreeError) -> Self {
        use TreeError as E;
        let exit = match &error {
            E::Refused { .. } | E::Existing { .. } | E::OtherKey(_) | E::Requests(_) => {
                Exit::Refused
            }
            E::Profile(_) | E::Subject { .. } => Exit::Usage,
            _ => Exit::Failed,
        };
        Self::new(exit, error)
    }
}

fn with_hint(failure: Failure, hint: Option<&str>) -> Failure {
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
