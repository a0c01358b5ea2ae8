//! `keystead k8s`: the PKI of a Kubernetes cluster.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use keystead::config::IssuerRecord;
use keystead::inventory::Inventory;
use keystead::issuance::Issuer;
use keystead::kubernetes::{
    self, Cluster, ClusterCa, ClusterIssuers, MissingIssuers, Options, Plan, ProfileSet, Status,
};
use keystead::token::Token;
use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::context::{Office, at_desk, refuse_unwritable};
use crate::cli::exit::{Exit, Failure};
use crate::cli::report::{Page, Report, Ui, escaped};

/// Issue the PKI of a Kubernetes cluster
///
/// The three CA keys of a cluster (kubernetes, etcd, front-proxy) are in the token; certificates,
/// leaf keys and kubeconfigs are written in kubeadm's layout.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead k8s issue cluster.yaml --out ./pki
  keystead k8s issue cluster.yaml --out ./pki --renew")]
pub(crate) struct Noun {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Issue(Issue),
}

/// Issue everything a cluster file asks for
///
/// CLUSTER.yaml is a kubeadm configuration as it is (v1beta3 or v1beta4), and a list of nodes. OUT gets
/// a folder for each node, to be copied to its /etc/kubernetes: the CA certificates, the server, client
/// and etcd certificates with keys that are made here (mode 0600), the service account pair, and
/// kubeconfigs. The issuers kubernetes, etcd and front-proxy must be in the home; keystead says how to
/// make those that are missing.
///
/// What is in OUT already is checked and left alone, so a second run changes nothing.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keystead k8s issue cluster.yaml --out ./pki
  keystead k8s issue cluster.yaml --out ./pki --csr-dir ./requests
  keystead k8s issue cluster.yaml --out ./pki --renew --super-admin --json")]
struct Issue {
    /// The cluster file
    #[arg(value_name = "CLUSTER.yaml")]
    cluster: PathBuf,
    /// The folder for the tree of files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Sign the requests in this folder, made elsewhere, instead of making keys here
    #[arg(long, value_name = "DIR")]
    csr_dir: Option<PathBuf>,
    /// Make everything anew and set the old tree aside; the service account pair stays
    #[arg(long)]
    renew: bool,
    /// Also make super-admin.conf, which no RBAC rule limits
    #[arg(long)]
    super_admin: bool,
}

/// What a run did.
#[derive(Serialize)]
#[serde(transparent)]
struct Tree(kubernetes::Report);

impl Report for Tree {
    fn text(&self, page: &mut Page) {
        let rows = &self.0.rows;
        let same = rows.windows(2).all(|pair| pair[0].status == pair[1].status);
        let mut header = vec!["file", "issuer", "valid until"];
        if !same {
            header.push("status");
        }
        let mut table = Vec::new();
        let mut group = None;
        for row in rows {
            let (node, file) = row.file.split_once('/').unwrap_or((".", &row.file));
            if group.replace(node) != Some(node) {
                table.push(vec![format!("{}/", escaped(node))]);
            }
            let copies = match row.copies.len() {
                0 => String::new(),
                1 => " and on 1 more".to_owned(),
                more => format!(" and on {more} more"),
            };
            let until = row.not_after.as_deref().and_then(|time| time.split('T').next());
            table.push(vec![
                format!("  {}{copies}", escaped(file)),
                row.issuer.unwrap_or_default().to_owned(),
                until.unwrap_or_default().to_owned(),
                if same { String::new() } else { word(row.status).to_owned() },
            ]);
        }
        page.table(&header, table);
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::NotRequested => "no request",
        Status::Unchanged => "unchanged",
        Status::Written => "written",
    }
}

pub(crate) fn run(noun: Noun, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    match noun.verb {
        Verb::Issue(command) => issue(command, globals, ui),
    }
}

fn issue(command: Issue, globals: &Globals, ui: Ui) -> Result<Exit, Failure> {
    let office = Office::open(globals, ui)?;
    let shown = escaped(&command.cluster.to_string_lossy());
    let text = std::fs::read_to_string(&command.cluster)
        .map_err(|error| Failure::io(format!("cannot read {shown}"), error))?;
    let cluster = Cluster::from_yaml(&text).map_err(|error| {
        Failure::new(Exit::Usage, error).context(format!("{shown} cannot be used"))
    })?;
    let options = Options {
        super_admin: command.super_admin,
        csr_dir: command.csr_dir,
        renew: command.renew,
    };
    let plan = kubernetes::plan(&cluster, &options);
    let records = issuer_records(&office, &cluster, &plan)?;
    let profiles = profiles(&office)?;
    refuse_unwritable(&command.out)?;
    let token = office.token()?;
    let mut inventory = office.inventory()?;
    let issuers = open_issuers(&office, records, &token, &mut inventory)?;
    let report = at_desk(&office.registry, &mut inventory, |desk| {
        kubernetes::issue(&plan, &issuers, &profiles, desk, &command.out, &options)
    })?;
    let (written, unchanged) = (report.count(Status::Written), report.count(Status::Unchanged));
    let notes = report.notes.clone();
    ui.print(&Tree(report))?;
    ui.note(format!("{written} written, {unchanged} unchanged, in {}", command.out.display()));
    for note in notes {
        ui.note(format!("note: {note}"));
    }
    Ok(Exit::Done)
}

/// The three issuers as the home has them, in the order of [`ClusterCa::ALL`].
fn issuer_records(
    office: &Office,
    cluster: &Cluster,
    plan: &Plan,
) -> Result<[IssuerRecord; 3], Failure> {
    let mut missing = Vec::new();
    for ca in ClusterCa::ALL {
        if !office.home.has_issuer(ca.issuer_name())? {
            missing.push(ca);
        }
    }
    if !missing.is_empty() {
        return Err(Failure::new(Exit::Usage, MissingIssuers::new(cluster, &missing)));
    }
    let [kubernetes, etcd, front_proxy] =
        ClusterCa::ALL.map(|ca| office.certified_issuer(ca.issuer_name()));
    let records = [kubernetes?, etcd?, front_proxy?];
    for leaf in plan.artefacts.iter().filter_map(|artefact| artefact.content.leaf()) {
        let record = records.iter().find(|record| record.name == leaf.ca.issuer_name());
        if let Some(record) = record {
            office.refuse_profile(record, leaf.usage.profile())?;
        }
    }
    Ok(records)
}

fn profiles(office: &Office) -> Result<ProfileSet, Failure> {
    let mut unreadable = None;
    let profiles = ProfileSet::with(|name| {
        office.home.site_profile(name).unwrap_or_else(|error| {
            unreadable = Some(error);
            None
        })
    });
    match unreadable {
        Some(error) => Err(error.into()),
        None => profiles.map_err(|error| Failure::new(Exit::Usage, error)),
    }
}

fn open_issuers(
    office: &Office,
    records: [IssuerRecord; 3],
    token: &Token,
    inventory: &mut Inventory,
) -> Result<ClusterIssuers, Failure> {
    let mut open = |record| -> Result<(Issuer, Vec<Vec<u8>>), Failure> {
        let open = office.open_issuer(record, token, inventory)?;
        Ok((open.issuer, open.record.chain))
    };
    let [kubernetes, etcd, front_proxy] = records;
    let (kubernetes, etcd, front_proxy) = (open(kubernetes)?, open(etcd)?, open(front_proxy)?);
    ClusterIssuers::new(kubernetes, etcd, front_proxy)
        .map_err(|error| Failure::new(Exit::Refused, error))
}
