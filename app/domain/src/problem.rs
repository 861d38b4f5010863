//! The one error that leaves the system. Inside, libraries use their own error types; at the edge of `services` each
//! becomes a [`Problem`], which names no SQL, no path and no secret, and says what to do next.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What went wrong, for code: stable names, part of the public API (the `code` member of problem+json).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request could not be read at all: malformed JSON, a malformed form, a missing part. 400
    Malformed,
    /// Fields are there, but one or more are not acceptable; see `fields`. 422
    Invalid,
    /// No session, or it has ended. 401
    SignedOut,
    /// A pair of e-mail and password that does not match. 401
    WrongCredentials,
    /// The act needs a fresh proof of identity. 403
    StepUpRequired,
    /// Visible, but not allowed to this member. 403
    Forbidden,
    /// The request came from another site (Origin, Sec-Fetch-Site). 403
    ForeignOrigin,
    /// Missing, or invisible to this member: the two are not told apart. 404
    NotFound,
    /// The address exists, the method does not. 405
    MethodNotAllowed,
    /// The record changed since it was read; the detail says what. 409
    Stale,
    /// The idempotency key was used for a different request. 409
    KeyReused,
    /// A single-use link that was used, has expired, or never existed. 410
    LinkSpent,
    /// The body is larger than the limit. 413
    TooLarge,
    /// A body of another media type than the door takes. 415
    UnsupportedMedia,
    /// Too many tries; `retry_after_seconds` says when to come back. 429
    TooMany,
    /// A fault of ours; the request id finds it in the logs. 500
    Internal,
    /// A part the act needs does not answer (database, key store, disk); nothing was changed. 503
    Unavailable,
}

impl Code {
    /// Every code, for tests and documents that enumerate them.
    pub const ALL: [Self; 17] = [
        Self::Malformed,
        Self::Invalid,
        Self::SignedOut,
        Self::WrongCredentials,
        Self::StepUpRequired,
        Self::Forbidden,
        Self::ForeignOrigin,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Stale,
        Self::KeyReused,
        Self::LinkSpent,
        Self::TooLarge,
        Self::UnsupportedMedia,
        Self::TooMany,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The HTTP status that goes with the code.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::SignedOut | Self::WrongCredentials => 401,
            Self::StepUpRequired | Self::Forbidden | Self::ForeignOrigin => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Stale | Self::KeyReused => 409,
            Self::LinkSpent => 410,
            Self::TooLarge => 413,
            Self::UnsupportedMedia => 415,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// The title a person reads when nothing more exact is known.
    pub fn title(self) -> &'static str {
        match self {
            Self::Malformed => "This request could not be read.",
            Self::Invalid => "Some fields need another look.",
            Self::SignedOut => "You are signed out.",
            Self::WrongCredentials => "That pair of e-mail and password does not match.",
            Self::StepUpRequired => "Prove that it is you first.",
            Self::Forbidden => "Your role does not allow this.",
            Self::ForeignOrigin => "This request came from another site.",
            Self::NotFound => "There is nothing here that you can see.",
            Self::MethodNotAllowed => "This address does not take that kind of request.",
            Self::Stale => "This changed while you were working on it.",
            Self::KeyReused => "This request was sent before with other content.",
            Self::LinkSpent => "This link no longer works.",
            Self::TooLarge => "This is larger than the server takes.",
            Self::UnsupportedMedia => "The server does not read this kind of content.",
            Self::TooMany => "Too many tries.",
            Self::Internal => "Something broke on our side.",
            Self::Unavailable => "A part of the server does not answer.",
        }
    }
}

/// What is wrong with one field, in words that name the way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name in the operation.
    pub field: String,
    /// One sentence for the person who typed it.
    pub message: String,
}

/// An answer that is not the one hoped for. Serialised as RFC 9457 problem+json by the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What went wrong, for code.
    pub code: Code,
    /// What went wrong, for people.
    pub title: String,
    /// What is safe and what to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The fields concerned, for [`Code::Invalid`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// Seconds until another try makes sense, for [`Code::TooMany`] and [`Code::Unavailable`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
}

impl Problem {
    /// A problem with the code's own title.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            title: code.title().to_owned(),
            detail: String::new(),
            fields: Vec::new(),
            retry_after_seconds: None,
        }
    }

    /// Field errors.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self {
            fields,
            ..Self::new(Code::Invalid)
        }
    }

    /// One field error.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// The same problem with a sentence that says what is safe and what to do.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same problem with the time after which another try makes sense.
    #[must_use]
    pub fn with_retry_after_seconds(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.code.status()
    }

    /// What is wrong with one field, if anything.
    pub fn about(&self, field: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.message.as_str())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        if !self.detail.is_empty() {
            write!(f, " {}", self.detail)?;
        }
        for error in &self.fields {
            write!(f, " {}: {}", error.field, error.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}
