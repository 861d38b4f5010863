//! One signed-in device in a list.

use crate::{
    components::{Form, Hidden, Icon, Look, OpForm, Submit},
    format,
};
use domain::ops::{RevokeSession, SessionView};
use leptos::prelude::*;

/// A row of the list of devices.
#[component]
pub fn DeviceRow(
    /// The session.
    session: SessionView,
    /// What to do once it is ended, in a hydrated page.
    #[prop(optional, into)]
    on_ended: Option<Callback<()>>,
) -> impl IntoView {
    let form = Form::<RevokeSession>::of_row(session.id.to_string());
    let pocket = ["Android", "iPhone", "iPad", "iOS"]
        .iter()
        .any(|name| session.device.contains(name));
    let facts = format!(
        "{}, since {}, seen {}",
        session.address,
        format::day_of(session.created_at),
        format::minute(session.seen_at)
    );
    let done = Callback::new(move |_| {
        if let Some(ended) = on_ended {
            ended.run(());
        }
    });
    view! {
        <li>
            {if pocket { view! { <Icon name="device-mobile"/> } } else { view! { <Icon name="laptop"/> } }}
            <span>
                <b>{session.device.clone()}</b>
                {session.current.then(|| view! { " " <span class="tag">"This device"</span> }.into_any())}
                <small>{facts}</small>
            </span>
            {(!session.current)
                .then(|| {
                    view! {
                        <OpForm form on_done=done class="row-form">
                            <Hidden name="session" value=session.id.to_string()/>
                            <Submit look=Look::Rubric class="btn-sm">
                                "End session"
                                <span class="vh">{format!(" on {}", session.device)}</span>
                            </Submit>
                        </OpForm>
                    }.into_any()
                })}
        </li>
    }
}
