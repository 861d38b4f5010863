//! What a page says about itself beside its content: its status, or that the reader should go elsewhere. While a page is
//! rendered on the server both end in the response; in the browser there is no status, and going elsewhere is a load.

use domain::{Code, Problem};

/// Sets the HTTP status of the page that is being rendered.
pub fn set_status(status: u16) {
    #[cfg(feature = "ssr")]
    if let (Some(response), Ok(status)) = (
        leptos::prelude::use_context::<leptos_axum::ResponseOptions>(),
        http::StatusCode::from_u16(status),
    ) {
        response.set_status(status);
    }
    #[cfg(not(feature = "ssr"))]
    let _ = status;
}

/// Sends the reader to another page of this site, for good: 303 on the server, a full load in the browser.
pub fn leave_for(address: &str) {
    #[cfg(feature = "ssr")]
    if let (Some(response), Ok(location)) = (
        leptos::prelude::use_context::<leptos_axum::ResponseOptions>(),
        http::HeaderValue::from_str(address),
    ) {
        response.insert_header(http::header::LOCATION, location);
        response.set_status(http::StatusCode::SEE_OTHER);
    }
    #[cfg(feature = "hydrate")]
    crate::browser::load(address);
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    let _ = address;
}

/// Answers for a page whose data did not come: somebody who is signed out, or must prove who they are, is sent there and
/// back again (`page` is the present address); every other problem becomes the status. Says whether the reader leaves.
pub fn answer_problem(problem: &Problem, page: &str) -> bool {
    match problem.code {
        Code::SignedOut => leave_for(&crate::forms::sign_in_then(page)),
        Code::StepUpRequired => leave_for(&crate::forms::prove_then(page)),
        _ => {
            set_status(problem.status());
            return false;
        }
    }
    true
}
