//! Accounts: signing up, proving an address, passwords, the profile.

use crate::{AccountId, FieldError, Secret, operation, password, validate, validate::Check};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The answer to everything that sends mail: the same for known and unknown addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailOnItsWay {}

/// Starts an account. The address must be proven by mail before anybody can sign in with it. An address that already
/// has an account gets a mail that says so; the answer here is the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignUp {
    /// The person's name, as others read it.
    pub name: String,
    /// The address to prove.
    pub email: String,
    /// The new password.
    pub password: Secret,
}
operation!(SignUp => MailOnItsWay, "account.sign_up", "Start an account", Mutation, Public, Own, Mail, Mutation,
    validate = |op| Check::new()
        .field("name", validate::name(&op.name))
        .field("email", validate::email(&op.email))
        .field("password", password::verdict(&op.password, &[&op.email, &op.name]))
        .finish());

/// Proves an address with the token from the mail.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifyEmail {
    /// The token of the link; single use, bound to the address, expires.
    pub token: Secret,
}
operation!(VerifyEmail => Done, "account.verify", "Prove an e-mail address", Mutation, Public, Own, Credential, Mutation,
    validate = |op| Check::new().field("token", validate::token(&op.token)).finish());

/// An answer that says no more than that it was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}

/// Sends the verification mail again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResendVerification {
    /// The address that was signed up with.
    pub email: String,
}
operation!(ResendVerification => MailOnItsWay, "account.resend_verification", "Send the verification mail again",
    Mutation, Public, Own, Mail, Mutation, validate = |op| email_only(&op.email));

/// Sends a link to choose a new password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ForgotPassword {
    /// The account's address.
    pub email: String,
}
operation!(ForgotPassword => MailOnItsWay, "account.forgot_password", "Ask for a link to choose a new password",
    Mutation, Public, Own, Mail, Mutation, validate = |op| email_only(&op.email));

fn email_only(email: &str) -> Result<(), Vec<FieldError>> {
    Check::new().field("email", validate::email(email)).finish()
}

/// Chooses a new password with the token from the mail. Ends every session of the account; proves the address too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResetPassword {
    /// The token of the link; single use, bound to the address, expires.
    pub token: Secret,
    /// The new password.
    pub password: Secret,
}
operation!(ResetPassword => Done, "account.reset_password", "Choose a new password by a link from a mail",
    Mutation, Public, Own, Credential, Mutation,
    validate = |op| Check::new()
        .field("token", validate::token(&op.token))
        .field("password", password::verdict(&op.password, &[]))
        .finish());

/// One's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The pseudonym under which the audit log knows the person.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// The proven address.
    pub email: String,
    /// Counts changes; a change names the revision it was made from.
    pub revision: u32,
    /// When the account was started.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Reads one's own account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetProfile {}
operation!(GetProfile => Profile, "account.get", "Read one's own profile", Query, Account, Own, Read, None);

/// Changes one's own name. Pages show it at once; beside the cursor of an open document the old one stays until that is
/// opened anew.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RenameMyself {
    /// The new name.
    pub name: String,
    /// The revision the change was made from.
    pub revision: u32,
}
operation!(RenameMyself => Profile, "account.rename", "Change one's own name", Mutation, Account, Own, Write, Mutation,
    validate = |op| Check::new().field("name", validate::name(&op.name)).finish());

/// Changes one's own password; ends every other session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangePassword {
    /// The present password, as proof.
    pub current: Secret,
    /// The new password.
    pub password: Secret,
}
operation!(ChangePassword => Done, "account.change_password", "Change one's own password",
    Mutation, Account, Own, Credential, Mutation,
    validate = |op| Check::new()
        .field("current", validate::password_given(&op.current))
        .field("password", password::verdict(&op.password, &[]))
        .finish());
