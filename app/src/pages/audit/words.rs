//! What an action is called in a sentence about somebody.

use domain::ops::AuditRow;

/// The verb of an action, after the actor's name; the action's own name where there is no better one.
pub fn verb(action: &str) -> String {
    let known = match action {
        "workspace.create" => "made the workspace",
        "workspace.rename" => "renamed the workspace",
        "record.create" => "made",
        "record.rename" => "renamed",
        "record.describe" => "described",
        "record.duplicate" => "copied",
        "record.move" => "moved on",
        "record.archive" => "archived",
        "record.unarchive" => "got back from the archive",
        "record.trash" => "put into the trash",
        "record.restore" => "restored",
        "attachment.add" => "added a picture to",
        "member.set_role" => "changed the role of",
        "member.suspend" => "suspended",
        "member.resume" => "ended the suspension of",
        "member.remove" => "removed",
        "member.leave" => "left the workspace",
        "member.invite" => "invited people",
        "invitation.resend" => "sent an invitation again",
        "invitation.revoke" => "took an invitation back",
        "invitation.decline" => "declined an invitation",
        "invitation.accept" | "invitation.join" => "joined the workspace",
        "record.edited" => "wrote in",
        "record.body" => "took out the text of",
        "audit.export" => "exported",
        "account.sign_up" => "started an account",
        "account.verify" => "proved an address",
        "account.resend_verification" => "asked for another verification mail",
        "account.forgot_password" => "asked for a new password",
        "account.reset_password" => "chose a new password by mail",
        "account.change_password" => "changed the password",
        "account.rename" => "changed their name",
        "session.sign_in" => "signed in",
        "session.sign_out" => "signed out",
        "session.revoke" => "ended a session",
        "session.revoke_others" => "ended all other sessions",
        "session.prove" => "proved identity",
        other => return other.replace(['.', '_'], " "),
    };
    known.to_owned()
}

/// The verb and the object of a row: what is bold, and what follows it.
pub fn deed(row: &AuditRow) -> (String, String) {
    let verb = verb(&row.action);
    let object = object(row);
    if row.refused {
        let attempt = if object.is_empty() {
            row.action.clone()
        } else {
            format!("{}, {object}", row.action)
        };
        return ("was refused".to_owned(), attempt);
    }
    (verb, object)
}

/// Whether the verb says it all: the person did it to themselves.
fn takes_no_object(action: &str) -> bool {
    matches!(action, "member.leave" | "invitation.accept" | "invitation.join")
}

/// What it was done to, in words.
fn object(row: &AuditRow) -> String {
    if takes_no_object(&row.action) {
        return String::new();
    }
    let change = row
        .changes
        .iter()
        .find(|change| change.field == "name" || change.field == "title");
    // What it was called then, where the event says so; what it is called now may be another name.
    let named = change.and_then(|change| match (&change.before, &change.after) {
        (Some(before), Some(after)) => Some(format!("“{before}” to “{after}”")),
        (Some(name), None) | (None, Some(name)) => Some(format!("“{name}”")),
        (None, None) => None,
    });
    let kind = row.target.as_ref().map(|target| match target.kind.as_str() {
        "audit_log" => "the audit log",
        "workspace" | "invitation" => "",
        "record" => "a record",
        "account" if row.action.starts_with("member.") => "a member",
        other => other,
    });
    named
        .or_else(|| row.target_name.as_ref().map(|name| format!("“{name}”")))
        .or_else(|| kind.map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        EventId, WorkspaceId,
        audit::{ActorKind, Change, Target},
        ops::{ActorView, metas},
    };
    use time::OffsetDateTime;

    fn row(action: &str) -> AuditRow {
        AuditRow {
            id: EventId(WorkspaceId::HOUSE.0),
            position: Some(0),
            at: OffsetDateTime::UNIX_EPOCH,
            actor: ActorView {
                kind: ActorKind::Account,
                account: None,
                name: "Ilse Brandt".to_owned(),
            },
            action: action.to_owned(),
            target: None,
            target_name: None,
            changes: Vec::new(),
            refused: false,
        }
    }

    #[test]
    fn every_audited_operation_has_words() {
        for meta in metas() {
            if meta.audit != domain::Audited::None {
                assert_ne!(
                    verb(meta.name),
                    meta.name.replace(['.', '_'], " "),
                    "{} has no words",
                    meta.name
                );
            }
        }
        assert_eq!(verb("log.sealed"), "log sealed");
    }

    #[test]
    fn deeds_read_as_sentences() {
        let mut rename = row("record.rename");
        rename.target_name = Some("New".to_owned());
        rename.target = Some(Target {
            kind: "record".to_owned(),
            id: String::new(),
        });
        assert_eq!(deed(&rename), ("renamed".to_owned(), "“New”".to_owned()));
        rename.changes = vec![Change {
            field: "title".to_owned(),
            before: Some("Old".to_owned()),
            after: Some("New".to_owned()),
        }];
        assert_eq!(deed(&rename), ("renamed".to_owned(), "“Old” to “New”".to_owned()));
        rename.refused = true;
        assert_eq!(deed(&rename).0, "was refused");
        let mut made = row("workspace.create");
        made.target_name = Some("New".to_owned());
        made.changes = vec![Change {
            field: "name".to_owned(),
            before: None,
            after: Some("Old".to_owned()),
        }];
        assert_eq!(deed(&made).1, "“Old”", "what it was called then");
        assert_eq!(deed(&row("session.sign_in")), ("signed in".to_owned(), String::new()));
    }
}
