//! Reads bodies: of the right kind, no larger than the limit.

use crate::config::Limits;
use axum::body::Body;
use domain::{Code, Problem};
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// A request that was refused before it was understood.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Why.
    pub problem: Problem,
    /// The status, where it is not the one of the problem's code.
    pub status: Option<StatusCode>,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problem, status: None }
    }
}

/// Whether the body's media type is this one (parameters such as a charset aside).
///
/// # Errors
/// [`Code::UnsupportedMedia`]
pub fn require_type(headers: &HeaderMap, wanted: &str) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.and_then(|value| value.split(';').next()).map(str::trim);
    if essence.is_some_and(|essence| essence.eq_ignore_ascii_case(wanted)) {
        return Ok(());
    }
    Err(Problem::new(Code::UnsupportedMedia).with_detail(format!("Send it as {wanted}.")))
}

/// The whole body, within a length in bytes and a time.
///
/// # Errors
/// [`Code::TooLarge`], before reading where the length is announced; [`Code::Malformed`] when it breaks off, and with
/// status 408 when it does not end in time.
pub async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Vec<u8>, Refused> {
    let most = limits.body_bytes;
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large(most).into());
    }
    match tokio::time::timeout(limits.body, Limited::new(body, most).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes().into()),
        Ok(Err(error)) if is_too_large(error.as_ref()) => Err(too_large(most).into()),
        Ok(Err(_)) => Err(Problem::new(Code::Malformed)
            .with_detail("The request broke off before its end.")
            .into()),
        Err(_) => Err(Refused {
            problem: Problem::new(Code::Malformed)
                .with_detail("The request did not end in time. Nothing was changed; send it again."),
            status: Some(StatusCode::REQUEST_TIMEOUT),
        }),
    }
}

fn is_too_large(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Code::TooLarge).with_detail(format!("The server takes at most {limit} bytes at once."))
}
