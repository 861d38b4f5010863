//! Taking up an invitation. The link of the mail opens this page and changes nothing; the button does.

use super::AuthFrame;
use crate::{
    call,
    components::{Banner, Form, Hidden, Look, OpForm, Submit, TextField, Tone},
    format, forms,
};
use domain::{
    Code, Problem, Secret,
    ops::{AcceptInvitation, DeclineInvitation, InspectInvitation, InvitationView, JoinByInvitation, Reader, SignOut},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page behind the link of an invitation.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let token = use_params_map().get_untracked().get("token").unwrap_or_default();
    let found = call(InspectInvitation {
        token: Secret::new(token.clone()),
    });
    let page = Suspend::new(async move {
        match found.await {
            Ok(invitation) => view! { <Invitation invitation token/> }.into_any(),
            Err(problem) => view! { <NoInvitation problem/> }.into_any(),
        }
    });
    view! {
        <AuthFrame title="Invitation" notice=true>
            <Suspense fallback=|| ()>{page}</Suspense>
        </AuthFrame>
    }
}

/// Why there is none.
#[component]
fn NoInvitation(problem: Problem) -> impl IntoView {
    crate::answer::set_status(problem.status());
    // A link that was cut short is no link: what is said of it stands beside no field here.
    let detail = problem.about("token").map_or(problem.detail.clone(), str::to_owned);
    let title = match problem.code {
        Code::Invalid => Code::LinkSpent.title().to_owned(),
        _ => problem.title,
    };
    view! {
        <p class="lead">{title}</p>
        <p class="dim">{detail}</p>
        <p class="auth-alt">
            <a class="link" href="/w">
                "To your workspaces"
            </a>
        </p>
    }
}

#[component]
fn Invitation(invitation: InvitationView, token: String) -> impl IntoView {
    let from = (!invitation.invited_by.is_empty()).then(|| {
        let name = invitation.invited_by.clone();
        view! {
            <p class="inv-from">
                <b>{name}</b>
                " invites you to"
            </p>
        }
    });
    let until = format!(
        "The link works once, for this address, until {}.",
        format::day_of(invitation.expires_at)
    );
    let address = format!("/invitation/{token}");
    let act = match invitation.reader {
        Reader::New => view! { <Join token=token.clone()/> }.into_any(),
        Reader::Invited => view! { <Accept token=token.clone()/> }.into_any(),
        Reader::SignedOut => view! {
            <p>"This address has an account. Sign in with it, and you come back here."</p>
            <a class="btn btn-act btn-lg btn-block" href=forms::sign_in_then(&address)>
                "Sign in to accept"
            </a>
        }
        .into_any(),
        Reader::SomebodyElse => view! { <SomebodyElse/> }.into_any(),
    };
    view! {
        {from}
        <h2 class="inv-name">{invitation.workspace_name}</h2>
        <div class="inv-card">
            <p>
                "As "
                <b>{invitation.role_name}</b>
            </p>
            <p class="dim">{invitation.role_about}</p>
        </div>
        <p class="inv-mail">{invitation.email}</p>
        {act}
        <Decline token/>
        <p class="auth-alt">{until} " Joining is written to the workspace’s audit log, and so is declining. Close this page, and nothing happens."</p>
    }
}

/// Signed in with another address than the invited one. Who signs out here comes back here. This page has no script that could
/// ask first, as the workspace does, so it says what signing out takes along.
#[component]
fn SomebodyElse() -> impl IntoView {
    let form = Form::<SignOut>::new();
    view! {
        <Banner tone=Tone::Lamp>
            <b>"You are signed in with another address. "</b>
            "Sign out, and you come back to this page. What you wrote in this browser and is not saved yet is erased with that."
        </Banner>
        <OpForm form native=true>
            <Submit class="btn-lg btn-block">"Sign out"</Submit>
        </OpForm>
        <p class="auth-alt">
            <a class="link" href="/you">
                "To your account"
            </a>
        </p>
    }
}

/// Joining with the account one is signed in with.
#[component]
fn Accept(token: String) -> impl IntoView {
    let form = Form::<AcceptInvitation>::new();
    view! {
        <OpForm form>
            <Hidden name="token" value=token/>
            <Submit class="btn-lg btn-block">"Accept and join"</Submit>
        </OpForm>
    }
}

/// Joining with a new account.
#[component]
fn Join(token: String) -> impl IntoView {
    let form = Form::<JoinByInvitation>::new();
    view! {
        <OpForm form>
            <Hidden name="token" value=token/>
            <TextField name="name" label="Your name" autocomplete="name" large=true hint="As others read it."/>
            <TextField
                name="password"
                label="Choose a password"
                kind="password"
                autocomplete="new-password"
                large=true
                hint="15 characters or more. Four plain words do well."
            />
            <Submit class="btn-lg btn-block">"Accept and join"</Submit>
        </OpForm>
    }
}

/// Saying no. Whoever holds the link may, signed in or not.
#[component]
fn Decline(token: String) -> impl IntoView {
    let form = Form::<DeclineInvitation>::new();
    view! {
        <OpForm form class="inv-no">
            <Hidden name="token" value=token/>
            <Submit look=Look::Line class="btn-lg btn-block">
                "Decline"
            </Submit>
        </OpForm>
    }
}

/// After saying no.
#[component]
pub fn InvitationDeclined() -> impl IntoView {
    view! {
        <AuthFrame title="Declined" notice=true>
            <p class="lead">"You declined the invitation. Its link no longer works."</p>
            <p class="dim">
                "Those who invite people to the workspace see it in the audit log. If you change your mind, ask them for a new one."
            </p>
            <p class="auth-alt">
                <a class="link" href="/w">
                    "To your workspaces"
                </a>
            </p>
        </AuthFrame>
    }
}
