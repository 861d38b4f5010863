//! The command line: what can be asked of the binary.

use crate::commands::{paper::Format, printing::Options};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A workspace where people in regulated work write scripts together, run them, and can prove what happened.
#[derive(Debug, Parser)]
#[command(name = "scriptkeep", version, arg_required_else_help = true)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that every command takes. Each setting can also stand in the file (`smtp.host`) and in the environment
/// (`SCRIPTKEEP_SMTP_HOST`); flags win over the environment, the environment over the file.
#[derive(Debug, Default, Args)]
pub struct Common {
    /// The configuration file (TOML); also `SCRIPTKEEP_CONFIG`.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder of everything that is kept [default: ./data].
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<String>,
    /// The folder of the keys [default: beside the data folder, with -keys at its end].
    #[arg(long, global = true, value_name = "DIR")]
    pub keys: Option<String>,
    /// Address and port to serve on [default: 127.0.0.1:3000].
    #[arg(long, global = true, value_name = "ADDR")]
    pub listen: Option<String>,
    /// The address people type, such as `https://scripts.example.org` [default: `http://localhost:PORT`].
    #[arg(long, global = true, value_name = "URL")]
    pub origin: Option<String>,
    /// Print the configuration in force, secrets hidden, and stop.
    #[arg(long, global = true)]
    pub print_config: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the product.
    Serve,
    /// Bring the database to this version: login roles, schemas, tables. Reads `database.owner_url`.
    Migrate,
    /// Look after accounts and workspaces from a shell; each act stands in the audit log.
    #[command(subcommand)]
    Admin(Admin),
    /// Make two workspaces with three months of history to look around in, and print who can sign in.
    Demo {
        /// The password of everybody in it; without it one is made and printed.
        #[arg(long, value_name = "WORDS")]
        password: Option<String>,
    },
    /// Work with exported audit logs.
    #[command(subcommand)]
    Audit(Audit),
    /// Convert documents: docx, md, html, txt and json into each other, and into pdf. What a format cannot keep is listed.
    Convert {
        /// The files, then the file to make, or the folder.
        #[arg(required = true, num_args = 2.., value_name = "IN... OUT")]
        paths: Vec<PathBuf>,
        /// A docx file whose styles, page, headers and footers to take.
        #[arg(long, value_name = "FILE")]
        template: Option<PathBuf>,
        /// What to make; without it the ending of OUT says it.
        #[arg(long, value_name = "FORMAT")]
        to: Option<Format>,
        /// What is said of them, and how they are printed.
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Compare two documents by word: [-removed-] and {+added+}. Ends with 1 when they differ.
    Compare {
        /// The earlier one.
        #[arg(value_name = "A")]
        earlier: PathBuf,
        /// The later one.
        #[arg(value_name = "B")]
        later: PathBuf,
        /// Write a file instead: html to look at, docx with tracked changes.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Acts of an operator. Each is an operation of the product, done as the command line, and stands in the audit log with the
/// name of the operating-system user.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// End every session of an account.
    EndSessions {
        /// The account's e-mail address.
        #[arg(value_name = "EMAIL")]
        email: String,
    },
    /// Suspend a member of a workspace: they see nothing of it until `resume`.
    Suspend(Seat),
    /// End a member's suspension.
    Resume(Seat),
    /// Give a member another role.
    Role {
        /// Whom.
        #[command(flatten)]
        seat: Seat,
        /// The new role's id, as the pack names it, such as `reader`.
        #[arg(value_name = "ROLE")]
        role: String,
    },
    /// Remove a member from a workspace. What they wrote stays.
    Remove(Seat),
    /// Write a workspace's sealed audit log with its proofs to a file.
    ExportAudit {
        /// The workspace.
        #[arg(value_name = "ID")]
        workspace: domain::WorkspaceId,
        /// The file to make; it must not be there yet.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Do any operation of the API on a workspace, and print its answer.
    Call {
        /// The operation's name, such as `workspace.rename`.
        operation: String,
        /// Its fields as JSON; `-` reads them from standard input, out of sight of other users' `ps`.
        #[arg(default_value = "{}")]
        json: String,
    },
}

/// Somebody's place in a workspace.
#[derive(Debug, Args)]
pub struct Seat {
    /// The workspace.
    #[arg(value_name = "WORKSPACE")]
    pub workspace: domain::WorkspaceId,
    /// The member: their e-mail address, or their account's id as the audit log names it.
    #[arg(value_name = "MEMBER")]
    pub member: String,
}

/// Acts on exported logs; none of them needs the server or its database.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Verify an exported log offline; names the first thing that is wrong.
    Verify {
        /// The export (JSON Lines), or `-` for standard input.
        file: PathBuf,
        /// The log's public key, as `name+hash+base64`, or the name of a file that holds it.
        #[arg(long, value_name = "PUB")]
        key: String,
        /// An earlier checkpoint that left the server: the log must contain what it contained then.
        #[arg(long, value_name = "CHECKPOINT")]
        since: Option<PathBuf>,
    },
    /// Print the public key of a workspace's log, to be kept outside the server.
    Key {
        /// The workspace; without it the house's own log.
        #[arg(long, value_name = "ID")]
        workspace: Option<domain::WorkspaceId>,
    },
}
