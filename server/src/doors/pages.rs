//! Pages, rendered on the server. All of them wait for their data before the first byte goes out (Leptos' asynchronous
//! mode, whatever a route asks for): only so can the status, a redirect to the sign-in page and a page that works without
//! scripts depend on what was found.

use super::{answer, caller, session_cookie};
use crate::{middleware::headers::Scripted, state::State};
use app::{
    forms::{self, FormState, Held, RenderKey, TakenUp, Why},
    gateway::{AnyBox, Gateway},
    shell,
};
use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use domain::{Caller, Code, Meta, Problem, SessionChange, ops::GetProfile, ports::BoxFuture};
use http::{HeaderValue, StatusCode, header, request::Parts};
use http_body_util::BodyExt;
use leptos::{nonce::Nonce, prelude::provide_context};
use services::Services;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The kinds of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// HTML and CSS only; anybody may see them.
    Public,
    /// HTML and CSS only, on the way into a workspace; for people who are signed in.
    Solo,
    /// Pages that hydrate; for members.
    Workspace,
}

impl Shell {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Public, Self::Solo, Self::Workspace];

    /// The routes of its pages, in the router's form: `/w/{workspace}`.
    pub fn routes(self) -> &'static [String] {
        let [public, solo, workspace] = &*ROUTES;
        match self {
            Self::Public => public,
            Self::Solo => solo,
            Self::Workspace => workspace,
        }
    }
}

/// The routes of each kind, looked for once in a process. While Leptos 0.9.0-rc1 looks, a flag of the whole process keeps
/// every resource that is begun from ever being ready (`SuppressResourceLoad` in `leptos_server`): a page that another
/// thread renders at that moment would never be finished. No router is there before this is done, and so no page.
static ROUTES: LazyLock<[Vec<String>; 3]> = LazyLock::new(|| {
    let paths = |listings: Vec<leptos_axum::AxumRouteListing>| {
        let paths = listings.iter().map(|listing| listing.path().to_owned());
        paths.collect()
    };
    [
        paths(leptos_axum::generate_route_list(shell::public_shell)),
        paths(leptos_axum::generate_route_list(shell::solo_shell)),
        paths(leptos_axum::generate_route_list(shell::workspace_shell)),
    ]
});

/// Lets the pages of one request reach the use cases, and remembers what came back.
struct PageGateway {
    services: Services,
    seen: Mutex<Seen>,
}

/// What the operations of a page's rendering said.
#[derive(Default)]
struct Seen {
    /// The first problem.
    problem: Option<Problem>,
    /// The last change of the session.
    session: SessionChange,
}

impl PageGateway {
    fn note(&self, problem: Option<&Problem>, session: SessionChange) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.problem.is_none() {
            seen.problem = problem.cloned();
        }
        if session != SessionChange::Keep {
            seen.session = session;
        }
    }

    fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Gateway for PageGateway {
    fn dispatch<'a>(
        &'a self,
        meta: &'static Meta,
        caller: Caller,
        op: AnyBox,
    ) -> BoxFuture<'a, Result<AnyBox, Problem>> {
        Box::pin(async move {
            let answer = self.services.dispatch(meta, caller, op).await;
            self.note(answer.result.as_ref().err(), answer.session);
            answer.result
        })
    }
}

/// `GET` of a page.
pub async fn show(state: Arc<State>, shell: Shell, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Some(on) = lead_on(&state, &parts).await {
        return see_other(&on);
    }
    render(&state, shell, parts, None).await
}

/// Where somebody goes who asks to sign in, or up, and is signed in already.
async fn lead_on(state: &State, parts: &Parts) -> Option<String> {
    if !matches!(parts.uri.path(), "/sign-in" | "/sign-up") || session_cookie::read(&parts.headers).is_none() {
        return None;
    }
    let caller = caller::of(&parts.headers, &parts.extensions, None);
    let known = state.services.run(caller, GetProfile {}).await;
    known.result.ok()?;
    Some(forms::next_of(&address_of(parts)).unwrap_or_else(|| "/w".to_owned()))
}

/// Renders a page; with a form that was not accepted, the page shows it again, and has the status of its problem.
pub async fn render(state: &State, kind: Shell, mut parts: Parts, form: Option<FormState>) -> Response {
    parts.method = http::Method::GET;
    let address = address_of(&parts);
    if kind != Shell::Public && form.is_none() && session_cookie::read(&parts.headers).is_none() {
        // Nothing in the workspace is for visitors: what would be rendered says no more than this.
        return see_other(&forms::sign_in_then(&address));
    }
    let outline = answer::Outline::new(parts.uri.path(), &parts.extensions);
    let taken_up = TakenUp::default();
    let provide = Provide {
        form: form.clone(),
        held: None,
        taken_up: taken_up.clone(),
    };
    let (mut response, seen) = draw(state, kind, parts, provide).await;
    let away = seen
        .problem
        .as_ref()
        .filter(|_| kind != Shell::Public && form.is_none());
    if let Some(away) = away.and_then(|problem| detour(problem, &address)) {
        response = see_other(&away);
    } else {
        let refused = form.as_ref().and_then(FormState::problem);
        let lost = form.as_ref().filter(|_| !taken_up.is_so());
        match lost.zip(refused.or(seen.problem.as_ref())) {
            // The page has no such form, or could not be drawn as far as that.
            Some((form, problem)) => response = answer::unsent(state, &outline, form, problem, &address),
            None => set_status(&mut response, refused, seen.problem.as_ref()),
        }
    }
    session_cookie::write(response.headers_mut(), &seen.session);
    response
}

/// Renders the page that asks who somebody is, at the address of the page whose form waits for the answer; with that page's
/// own form, if it was not accepted. Without scripts: the browser's half would take the address for the first page's.
pub async fn ask_who(state: &State, mut parts: Parts, form: Option<FormState>, held: &FormState) -> Response {
    let address = address_of(&parts);
    let (kind, door, code) = match held.why {
        Why::Unproven => (Shell::Solo, forms::prove_then(&address), Code::StepUpRequired),
        Why::SignedOut | Why::Refused(_) => (Shell::Public, forms::sign_in_then(&address), Code::SignedOut),
    };
    parts.method = http::Method::GET;
    let Ok(uri) = door.parse() else {
        return see_other(&door);
    };
    parts.uri = uri;
    let refused = form.as_ref().and_then(FormState::problem).cloned();
    let provide = Provide {
        form,
        held: Some(Held(held.to_text())),
        taken_up: TakenUp::default(),
    };
    let (mut response, seen) = draw(state, kind, parts, provide).await;
    let asked = refused.unwrap_or_else(|| Problem::new(code));
    set_status(&mut response, Some(&asked), seen.problem.as_ref());
    session_cookie::write(response.headers_mut(), &seen.session);
    response
}

/// Draws a page, and says what its operations said.
async fn draw(state: &State, kind: Shell, parts: Parts, provide: Provide) -> (Response, Seen) {
    let gateway = Arc::new(PageGateway {
        services: state.services.clone(),
        seen: Mutex::default(),
    });
    let provide = context(state, &gateway, &parts, provide);
    let request = Request::from_parts(parts, Body::empty());
    let response = match kind {
        Shell::Public => leptos_axum::render_app_async_with_context(provide, shell::public_shell)(request).await,
        Shell::Solo => leptos_axum::render_app_async_with_context(provide, shell::solo_shell)(request).await,
        Shell::Workspace => {
            let mut response =
                leptos_axum::render_app_async_with_context(provide, shell::workspace_shell)(request).await;
            response.extensions_mut().insert(Scripted);
            return (response, gateway.take());
        }
    };
    (without_scripts(response).await, gateway.take())
}

/// A page that its own code gave a status keeps it. Otherwise the form that was not accepted decides; and whatever a page
/// makes of it, one that met a part that does not answer is no success.
fn set_status(response: &mut Response, form: Option<&Problem>, seen: Option<&Problem>) {
    let broken = seen.filter(|problem| problem.status() >= 500 || problem.code == Code::TooMany);
    let Some(problem) = form.or(broken) else { return };
    if response.status() == StatusCode::OK {
        *response.status_mut() = answer::status_of(problem);
    }
    if let Some(seconds) = problem.retry_after_seconds {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Drops the (empty) scripts that the renderer adds to pages which have none.
async fn without_scripts(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let Ok(collected) = body.collect().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let page = String::from_utf8_lossy(&collected.to_bytes()).into_owned();
    Response::from_parts(parts, Body::from(shell::without_scripts(&page)))
}

/// Where a person must go before a page can be had: to the sign-in, or to a fresh proof of identity.
pub fn detour(problem: &Problem, address: &str) -> Option<String> {
    match problem.code {
        Code::SignedOut => Some(forms::sign_in_then(address)),
        Code::StepUpRequired => Some(forms::prove_then(address)),
        _ => None,
    }
}

/// The path with its query.
pub fn address_of(parts: &Parts) -> String {
    parts
        .uri
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str)
        .to_owned()
}

/// A redirect after which the browser reads, whatever it did before.
pub fn see_other(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => (
            StatusCode::SEE_OTHER,
            [(header::LOCATION, HeaderValue::from_static("/"))],
        )
            .into_response(),
    }
}

/// What a page finds in its context, apart from what all find there.
struct Provide {
    /// The form that is shown again.
    form: Option<FormState>,
    /// The form that waits.
    held: Option<Held>,
    /// Where a form notes that it shows that again.
    taken_up: TakenUp,
}

/// What the pages find in their context.
fn context(
    state: &State,
    gateway: &Arc<PageGateway>,
    parts: &Parts,
    Provide { form, held, taken_up }: Provide,
) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let gateway: Arc<dyn Gateway> = Arc::clone(gateway) as Arc<dyn Gateway>;
    let caller = caller::of(&parts.headers, &parts.extensions, None);
    let nonce = parts.extensions.get::<Nonce>().cloned().unwrap_or_default();
    let assets = state.assets.clone();
    let key = RenderKey(random_text(state));
    let site = forms::Site {
        captured_mail: state.mailbox.is_some(),
    };
    move || {
        provide_context(Arc::clone(&gateway));
        provide_context(caller.clone());
        provide_context(nonce.clone());
        provide_context(assets.clone());
        provide_context(key.clone());
        provide_context(site);
        provide_context(taken_up.clone());
        if let Some(form) = &form {
            provide_context(form.clone());
        }
        if let Some(held) = &held {
            provide_context(held.clone());
        }
    }
}

fn random_text(state: &State) -> String {
    let mut bytes = [0; 32];
    state.random.fill(&mut bytes);
    crypto::token_text(bytes).expose().to_owned()
}

/// A page without routes and scripts.
pub async fn plain<IV: leptos::prelude::IntoView + 'static>(
    page: fn() -> IV,
    nonce: Option<Nonce>,
    provide: impl Fn() + Clone + Send + Sync + 'static,
) -> Response {
    let nonce = nonce.unwrap_or_default();
    let provide = move || {
        provide_context(nonce.clone());
        provide();
    };
    without_scripts(leptos_axum::render_app_async_with_context(provide, page)(Request::new(Body::empty())).await).await
}
