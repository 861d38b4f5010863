//! Renders every page as the server does, over a gateway with canned answers, and looks at the HTML: what browsers and
//! screen readers need of each page, what a refused form shows, and where people are sent.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod gateway;
mod html;

use app::{assets::Assets, forms::FormState, gateway::Gateway};
use axum::{body::Body, body::to_bytes, http::Request, response::Response};
use domain::{Code, Problem};
use gateway::{Canned, EVENT, RECORD, WORKSPACE, caller};
use leptos::{nonce::Nonce, prelude::provide_context};
use std::sync::{Arc, LazyLock};

/// Every route, as the server asks for them.
static ROUTES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let public = leptos_axum::generate_route_list(app::public_shell);
    let solo = leptos_axum::generate_route_list(app::solo_shell);
    let workspace = leptos_axum::generate_route_list(app::workspace_shell);
    public
        .iter()
        .chain(&solo)
        .chain(&workspace)
        .map(|route| route.path().to_owned())
        .collect()
});

/// A rendered page.
struct Page {
    status: u16,
    location: Option<String>,
    html: String,
}

/// Renders a page over a gateway, as after a refused form if there is one.
async fn render(path: &str, gateway: Canned, form: Option<FormState>) -> Page {
    // As the server does at its start; the first call starts the executor too.
    LazyLock::force(&ROUTES);
    let gateway: Arc<dyn Gateway> = Arc::new(gateway);
    let context = move || {
        provide_context(Arc::clone(&gateway));
        provide_context(caller());
        provide_context(Nonce::new());
        provide_context(app::forms::RenderKey("render-key".to_owned()));
        provide_context(
            Assets::parse(r#"{"app.css": "/a.css", "public.css": "/p.css", "icons.svg": "/i.svg"}"#).unwrap(),
        );
        if let Some(form) = form.clone() {
            provide_context(form);
        }
    };
    let request = Request::get(path)
        .header("accept", "text/html")
        .body(Body::empty())
        .unwrap();
    let alone = path.split('?').next().unwrap_or_default();
    let response: Response = if alone.starts_with("/w/") || alone.starts_with("/you") {
        leptos_axum::render_app_async_with_context(context, app::workspace_shell)(request).await
    } else if ["/start", "/prove", "/w"].contains(&alone) {
        leptos_axum::render_app_async_with_context(context, app::solo_shell)(request).await
    } else {
        leptos_axum::render_app_async_with_context(context, app::public_shell)(request).await
    };
    let location = response
        .headers()
        .get("location")
        .map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let html = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Page {
        status,
        location,
        html: String::from_utf8(html.to_vec()).unwrap(),
    }
}

fn public_pages() -> Vec<String> {
    [
        "/",
        "/sign-up",
        "/sign-up/sent",
        "/sign-in",
        "/sign-in?from=verified",
        "/verify/abc",
        "/forgot",
        "/forgot/sent",
        "/reset/abc",
        "/invitation/abc",
        "/declined",
        "/offline",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// For people who are signed in, on their way into a workspace.
fn solo_pages() -> Vec<String> {
    ["/w", "/start", "/prove?next=%2Fyou"].map(str::to_owned).to_vec()
}

fn workspace_pages() -> Vec<String> {
    let home = format!("/w/{WORKSPACE}");
    vec![
        "/you".to_owned(),
        "/you/sessions".to_owned(),
        format!("{home}/records/{RECORD}"),
        format!("{home}/audit"),
        format!("{home}/audit?search=x&event={EVENT}"),
        format!("{home}/settings"),
        format!("{home}/new"),
        format!("{home}/people"),
        format!("{home}?kind=text&state=open&search=x&sort=title"),
        format!("{home}?shelf=trash"),
        home,
    ]
}

#[tokio::test]
async fn the_routes_are_those_of_the_house() {
    let mut routes = ROUTES.clone();
    routes.sort();
    let mut expected = vec![
        "/",
        "/declined",
        "/forgot",
        "/forgot/sent",
        "/invitation/{token}",
        "/offline",
        "/prove",
        "/reset/{token}",
        "/sign-in",
        "/sign-up",
        "/sign-up/sent",
        "/start",
        "/verify/{token}",
        "/w",
        "/w/{workspace}",
        "/w/{workspace}/audit",
        "/w/{workspace}/new",
        "/w/{workspace}/people",
        "/w/{workspace}/records/{record}",
        "/w/{workspace}/settings",
        "/you",
        "/you/sessions",
    ];
    expected.sort_unstable();
    assert_eq!(routes, expected);
}

#[tokio::test]
async fn every_page_is_sound_html() {
    for path in public_pages().into_iter().chain(solo_pages()).chain(workspace_pages()) {
        let page = render(&path, Canned::default(), None).await;
        assert_eq!(page.status, 200, "{path}");
        html::check(&path, &page.html);
    }
}

#[tokio::test]
async fn public_pages_and_those_on_the_way_carry_no_script_of_ours() {
    for path in public_pages().into_iter().chain(solo_pages()) {
        let page = render(&path, Canned::default(), None).await;
        let bare = app::shell::without_scripts(&page.html);
        assert!(!bare.contains("<script") && !page.html.contains("import("), "{path}");
        assert!(bare.contains("</html>"), "{path}");
    }
}

#[tokio::test]
async fn workspace_pages_start_the_browsers_half_with_a_nonce() {
    for path in workspace_pages() {
        let page = render(&path, Canned::default(), None).await;
        assert!(page.html.contains("<script type=\"module\" nonce=\""), "{path}");
        assert_eq!(
            page.html.matches("<script").count(),
            page.html.matches("nonce=\"").count(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong() {
    let typed = [
        ("name", "Aoife <b>"),
        ("email", "aoife@ternhouse"),
        ("password", "secret-secret"),
    ];
    let typed = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let problem = Problem::field("email", "Is the ending missing?");
    let page = render(
        "/sign-up",
        Canned::default(),
        Some(FormState::new("account.sign_up", typed, problem)),
    )
    .await;
    html::check("/sign-up, refused", &page.html);
    assert_eq!(page.status, 422);
    assert!(page.html.contains("Is the ending missing?"));
    assert!(
        page.html.contains("value=\"aoife@ternhouse\"") && page.html.contains("Aoife &lt;b"),
        "{}",
        page.html
    );
    assert!(!page.html.contains("secret-secret"));
    assert!(
        page.html
            .contains("aria-invalid=\"true\" aria-describedby=\"account-sign-up-email-e\""),
        "{}",
        page.html
    );
}

#[tokio::test]
async fn a_problem_of_the_whole_form_stands_above_it() {
    let problem = Problem::new(Code::TooMany).with_retry_after_seconds(200);
    let state = FormState::new("session.sign_in", Vec::new(), problem);
    let page = render("/sign-in", Canned::default(), Some(state)).await;
    assert_eq!(page.status, 429);
    assert!(
        page.html.contains("role=\"alert\"") && page.html.contains("Wait 4 minutes"),
        "{}",
        page.html
    );
}

#[tokio::test]
async fn a_stale_change_shows_both_and_loses_nothing() {
    let typed = vec![
        ("title".to_owned(), "Mine".to_owned()),
        ("revision".to_owned(), "1".to_owned()),
    ];
    let state = FormState::new("record.rename", typed, Problem::new(Code::Stale));
    let page = render(
        &format!("/w/{WORKSPACE}/records/{RECORD}"),
        Canned::default(),
        Some(state),
    )
    .await;
    html::check("stale", &page.html);
    assert_eq!(page.status, 409);
    assert!(page.html.contains("value=\"Mine\""), "what was typed is gone");
    assert!(
        page.html.contains("<q>Receiving refrigerated stock"),
        "what somebody else wrote is not shown"
    );
    assert!(
        page.html.contains("name=\"revision\" value=\"3\""),
        "saving again would be refused again"
    );
}

#[tokio::test]
async fn one_form_of_a_list_shows_its_own_problem_only() {
    let state = FormState::new(
        "session.revoke",
        vec![("_row".to_owned(), gateway::SESSION.to_owned())],
        Problem::new(Code::NotFound),
    );
    let page = render("/you/sessions", Canned::default(), Some(state)).await;
    assert_eq!(page.status, 404);
    assert_eq!(page.html.matches("role=\"alert\"").count(), 1);
}

#[tokio::test]
async fn people_are_sent_where_they_can_go_on() {
    let audit = format!("/w/{WORKSPACE}/audit?search=x");
    let page = render(&audit, Canned::refusing(Code::SignedOut), None).await;
    assert_eq!(page.status, 303);
    assert_eq!(page.location.unwrap(), app::forms::sign_in_then(&audit));

    let page = render("/w", Canned::with_workspaces(0), None).await;
    assert_eq!((page.status, page.location.as_deref()), (303, Some("/start")));
    let page = render("/w", Canned::with_workspaces(1), None).await;
    assert_eq!((page.status, page.location), (303, Some(format!("/w/{WORKSPACE}"))));
}

#[tokio::test]
async fn what_does_not_come_is_said_with_its_status() {
    for (code, status) in [(Code::NotFound, 404), (Code::Forbidden, 403), (Code::Unavailable, 503)] {
        for path in solo_pages().into_iter().chain(workspace_pages()) {
            let page = render(&path, Canned::refusing(code), None).await;
            assert_eq!(page.status, status, "{path}");
            html::check(&path, &page.html);
        }
    }
    for path in ["/w/not-an-id", "/w/not-an-id/audit"] {
        assert_eq!(render(path, Canned::default(), None).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn wrong_filters_are_named_and_kept() {
    let path = format!("/w/{WORKSPACE}/audit?search=keep-me&from=tomorrow");
    let page = render(&path, Canned::default(), None).await;
    html::check(&path, &page.html);
    assert_eq!(page.status, 422);
    assert!(page.html.contains("Write the day like") && page.html.contains("value=\"keep-me\""));
}

#[tokio::test]
async fn members_are_not_offered_what_only_owners_may() {
    let home = format!("/w/{WORKSPACE}");
    let owner = render(&home, Canned::default(), None).await.html;
    let member = render(&home, Canned::as_member(), None).await.html;
    let audit = format!("href=\"{home}/audit\"");
    assert!(owner.contains(&audit) && !member.contains(&audit));
    let settings = render(&format!("{home}/settings"), Canned::as_member(), None)
        .await
        .html;
    assert!(settings.contains("Your role does not change it") && !settings.contains("workspace.rename"));
}

#[tokio::test]
async fn what_people_wrote_is_text_everywhere() {
    for path in solo_pages().into_iter().chain(workspace_pages()) {
        let page = render(&path, Canned::hostile(), None).await;
        html::check(&path, &page.html);
        assert!(!page.html.contains("<img src=x"), "{path}");
    }
}

/// An answer that comes in the very moment in which the page asks whether it is there must be on the page: the browser's
/// half expects it.
#[test]
fn what_comes_while_it_is_looked_for_is_shown() {
    let path = format!("/w/{WORKSPACE}/records/{RECORD}");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(3)
                    .enable_all()
                    .build()
                    .unwrap();
                for round in 0..250 {
                    let page = runtime.block_on(render(&path, Canned::refusing(Code::NotFound), None));
                    assert!(
                        page.html.contains("<nav aria-label=\"Workspace\""),
                        "round {round}: {}",
                        page.html
                    );
                }
            });
        }
    });
}
