//! A profile's facts as sentences, each under the word for what it is about.

use keystead::profile::{Facts, NameFacts, ProfileKind, SubjectFacts};

/// The sentences, in the order in which a reader wants them. Those under one label belong together.
pub(super) fn of(facts: &Facts) -> Vec<(&'static str, String)> {
    let mut all = vec![("keys", keys(facts)), ("lifetime", lifetime(facts))];
    all.push(("subject", subject(&facts.subject)));
    all.extend(subject_limits(&facts.subject).into_iter().map(|text| ("", text)));
    let names = names(facts);
    all.extend(names.into_iter().enumerate().map(|(index, text)| label("names", index, text)));
    all.extend(below(facts).map(|text| ("below", text)));
    for (index, extension) in facts.extensions.iter().enumerate() {
        let critical = if extension.critical { "critical" } else { "not critical" };
        let text = format!("{} ({critical}): {}", extension.name, extension.value);
        all.push(label("extensions", index, text));
    }
    all.push(("revocation", revocation(facts)));
    all.push(("requests", requests(facts)));
    if facts.skipped_lints.is_empty() {
        all.push(("lint", "No rule is skipped.".to_owned()));
    }
    for (index, skipped) in facts.skipped_lints.iter().enumerate() {
        let text = format!("Skips {}: {}", skipped.rule, skipped.reason);
        all.push(label("lint", index, text));
    }
    all.push((
        "tests",
        match facts.examples {
            0 => "The file has no examples.".to_owned(),
            1 => "The file has one example; `keystead profile test` runs it.".to_owned(),
            count => format!("The file has {count} examples; `keystead profile test` runs them."),
        },
    ));
    all
}

fn label(label: &'static str, index: usize, text: String) -> (&'static str, String) {
    (if index == 0 { label } else { "" }, text)
}

fn keys(facts: &Facts) -> String {
    let id = serde_json::to_value(facts.subject_key_id).ok();
    let id = id.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
    format!(
        "{}. Any other kind of key is refused. Key identifiers are made as in {}.",
        facts.key_algorithms.join(", "),
        if id == "rfc5280" { "RFC 5280 (SHA-1)" } else { "RFC 7093 (SHA-256)" }
    )
}

fn lifetime(facts: &Facts) -> String {
    let end = match (facts.kind, facts.clip_to_issuer) {
        (ProfileKind::Root, _) => "",
        (_, true) => " What would outlive its issuer ends with it.",
        (_, false) => " What would outlive its issuer is refused.",
    };
    let begin = match facts.backdate_seconds {
        0 => "It begins at the time of signing.".to_owned(),
        seconds => format!("It begins {seconds} seconds before the time of signing."),
    };
    format!(
        "{} days unless --days asks for another number, at most {}. {begin}{end}",
        facts.default_days, facts.max_days
    )
}

fn subject(facts: &SubjectFacts) -> String {
    if facts.allowed.is_empty() {
        return "Must be empty.".to_owned();
    }
    let required = match facts.required.as_slice() {
        [] => "None is required.".to_owned(),
        required => format!("Required: {}.", required.join(", ")),
    };
    let repeatable = match facts.repeatable.as_slice() {
        [] => "None may be there twice.".to_owned(),
        repeatable => format!("More than once: {}.", repeatable.join(", ")),
    };
    let multi = if facts.multi_valued_rdn {
        "Several may share an RDN."
    } else {
        "Several in one RDN are refused."
    };
    let most = facts.max_attributes.map(|most| format!(" At most {most} altogether."));
    format!(
        "May have {}; any other attribute is refused. {required} {repeatable} {multi}{}",
        facts.allowed.join(", "),
        most.unwrap_or_default()
    )
}

fn subject_limits(facts: &SubjectFacts) -> Vec<String> {
    let mut all = Vec::new();
    for (attribute, values) in &facts.fixed {
        let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
        all.push(format!("{attribute} is exactly {}.", values.join(", then ")));
    }
    for (attribute, prefix) in &facts.prefix {
        all.push(format!("{attribute} begins with {prefix:?} and goes on."));
    }
    for (attribute, pattern) in &facts.pattern {
        all.push(format!("The whole of {attribute} matches {pattern}"));
    }
    if !facts.open.is_empty() {
        let verb = if facts.open.len() == 1 { "is" } else { "are" };
        all.push(format!(
            "NOT LIMITED: {} {verb} what the request says, in any well-formed text.",
            facts.open.join(", ")
        ));
    }
    all
}

fn names(facts: &Facts) -> Vec<String> {
    let names = &facts.names;
    if names.allowed.is_empty() {
        return vec!["No subject alternative name of any kind.".to_owned()];
    }
    let least = if names.required { "at least one" } else { "none is needed" };
    let mut all = vec![format!(
        "Kinds: {}; {least}, at most {}. Any other kind is refused.",
        names.allowed.join(", "),
        names.max_names
    )];
    all.extend(allow_lists(names));
    for (what, denied) in [
        ("Denied under every kind, whatever else allows it: the domains", &names.deny_dns_suffixes),
        ("Denied under every kind, whatever else allows it: the networks", &names.deny_ip_ranges),
    ] {
        if !denied.is_empty() {
            all.push(format!("{what} {}.", denied.join(", ")));
        }
    }
    if names.allowed.contains(&"dns") {
        let may = |allowed: bool| if allowed { "allowed" } else { "refused" };
        all.push(format!(
            "Wildcards are {}, underscores in host names {}.",
            may(names.allow_wildcard),
            may(names.allow_underscore)
        ));
    }
    if !names.open.is_empty() {
        all.push(format!(
            "NOT LIMITED: {} names may be any that are well formed{}; the issuer's name constraints, if \
             it has some, are then all that limits them.",
            names.open.join(", "),
            if names.deny_dns_suffixes.is_empty() && names.deny_ip_ranges.is_empty() {
                ""
            } else {
                " and not denied"
            }
        ));
    }
    all
}

fn allow_lists(names: &NameFacts) -> Vec<String> {
    let lists = [
        ("Host names lie inside", &names.dns_suffixes),
        ("Addresses lie inside", &names.ip_ranges),
        ("URIs have the scheme", &names.uri_schemes),
        ("Hosts of URIs lie inside", &names.uri_hosts),
        ("Mailboxes are at domains inside", &names.email_domains),
    ];
    let set = lists.into_iter().filter(|(_, list)| !list.is_empty());
    set.map(|(what, list)| format!("{what} {}.", list.join(" or "))).collect()
}

/// What a CA of the profile may sign.
fn below(facts: &Facts) -> Option<String> {
    let length = match (facts.kind, facts.path_length) {
        (ProfileKind::Leaf, _) => return None,
        (_, Some(0)) => "It signs leaves and no CAs.".to_owned(),
        (_, Some(length)) => format!("Up to {length} CAs may follow below it."),
        (_, None) => "NOT LIMITED: any number of CAs may follow below it.".to_owned(),
    };
    let names = if facts.permitted.is_empty() && facts.excluded.is_empty() {
        "NOT LIMITED: it carries no name constraints, so it signs for any name."
    } else {
        "Its name constraints limit what it signs for."
    };
    Some(format!("{length} {names}"))
}

fn revocation(facts: &Facts) -> String {
    let pointers = match (facts.kind, facts.issuer_pointers) {
        (ProfileKind::Root, _) => return "Nobody above a root revokes it.".to_owned(),
        (_, true) => "The CRL, OCSP responder and certificate that issuer.toml names go in.",
        (_, false) => "What issuer.toml says of CRL and OCSP does not go in.",
    };
    let hold = match facts.hold {
        true => "A certificate may be put on hold and released.",
        false => "A revocation is permanent, no certificate is put on hold.",
    };
    format!("{pointers} {hold}")
}

fn requests(facts: &Facts) -> String {
    let extensions = match facts.request_extensions.as_slice() {
        [] => "May ask for no extension but subjectAltName.".to_owned(),
        list => format!(
            "May ask for {} and subjectAltName, if that is no more than is issued anyway. Any other \
             extension is refused.",
            list.join(", ")
        ),
    };
    let attributes = match facts.request_attributes.as_slice() {
        [] => "Other attributes are refused.".to_owned(),
        list => format!("{} may be there and has no effect.", list.join(", ")),
    };
    match facts.kind {
        ProfileKind::Root => {
            "None: a root is made by `keystead ca root` for a key of the token.".to_owned()
        }
        _ => format!("{extensions} {attributes}"),
    }
}
