//! A form that was not done, on a page that could not be drawn again: what was typed, and where it helps a button that
//! sends it once more. Nobody loses words because a list beside the form did not come.

use super::page::document;
use crate::{
    assets::Assets,
    components::{TextArea, TextField},
    forms::{self, FormState},
};
use domain::{Code, Problem};
use leptos::prelude::*;

/// The fields that people type, and what they are called without their page. All others go along unseen.
pub const TYPED: [(&str, &str); 5] = [
    ("name", "Name"),
    ("email", "E-mail address"),
    ("emails", "E-mail addresses"),
    ("title", "Title"),
    ("summary", "Summary"),
];

/// What a field that people type is called.
fn label_of(field: &str) -> Option<&'static str> {
    TYPED
        .into_iter()
        .find(|(name, _)| *name == field)
        .map(|(_, label)| label)
}

/// Whether the same form may be accepted a moment later. One that had secrets may not: they are gone.
fn may_be_sent_again(form: &FormState, problem: &Problem) -> bool {
    (problem.status() >= 500 || problem.code == Code::TooMany) && !form.secrets
}

/// The form of a page that did not come: the words to read and to mend, and what belongs to them.
#[component]
pub(crate) fn Unsent(
    /// The form.
    form: FormState,
    /// Why it was not done.
    problem: Problem,
    /// The address of its page.
    address: String,
) -> impl IntoView {
    let again = may_be_sent_again(&form, &problem);
    let (typed, carried): (Vec<_>, Vec<_>) = form
        .values
        .into_iter()
        // What is empty is told back only where it may be sent: it may be what is wrong.
        .filter(|(_, value)| again || !value.is_empty())
        .partition(|(name, _)| label_of(name).is_some());
    let kept = (!typed.is_empty()).then(|| view! { <p>"This is what you typed:"</p> });
    let fields = typed
        .into_iter()
        .filter_map(|(name, value)| {
            let (name, label) = TYPED.into_iter().find(|(field, _)| *field == name)?;
            Some(if value.contains('\n') {
                view! { <TextArea name label value/> }.into_any()
            } else {
                view! { <TextField name label value/> }.into_any()
            })
        })
        .collect_view();
    let hidden = |name: String, value: String| view! { <input type="hidden" name=name value=value/> };
    let unseen = again.then(|| {
        let own = [
            (forms::OP.to_owned(), form.op),
            (forms::KEY.to_owned(), form.key.unwrap_or_default()),
        ];
        own.into_iter()
            .chain(carried)
            .map(|(name, value)| hidden(name, value))
            .collect_view()
    });
    let secret = form.secrets.then(|| {
        view! {
            <p>"What is secret is never kept. Open the page again, and send the form from there."</p>
            <a class="btn btn-act btn-lg" href=address>
                "Open the page again"
            </a>
        }
    });
    view! {
        {kept}
        <form class="form" method="post" novalidate>
            {unseen}
            {fields}
            {again
                .then(|| {
                    view! {
                        <button class="btn btn-act btn-lg" type="submit">
                            "Send it again"
                        </button>
                    }
                })}
            {secret}
        </form>
    }
}

/// A whole HTML document about a form that was not done, where its page had no place for it or could not be drawn: the
/// problem, what was typed, and where that helps a button that posts it to the same address again, under the same
/// idempotency key. `address` is the page's; `request` is as in [`super::error_document`].
pub fn unsent_document(form: &FormState, problem: &Problem, address: &str, assets: &Assets, request: &str) -> String {
    let (form, about, address) = (form.clone(), problem.clone(), address.to_owned());
    document(
        problem,
        assets,
        request,
        Some(Box::new(move || {
            view! { <Unsent form problem=about address/> }.into_any()
        })),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(code: Code, posted: &[(&str, &str)]) -> String {
        let assets = Assets::parse(r#"{"public.css": "/assets/p.css"}"#).expect("a manifest");
        let posted = posted
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let problem = Problem::new(code);
        let form = FormState::new("record.create", posted.collect(), problem.clone());
        unsent_document(&form, &problem, "/w/x?q=1", &assets, "0198-request")
    }

    const POSTED: [(&str, &str); 6] = [
        ("_op", "record.create"),
        ("_key", "key-7"),
        ("workspace", "5c21"),
        ("title", "Tern \"& <b>"),
        ("summary", "\nfirst\nsecond"),
        ("empty", ""),
    ];

    #[test]
    fn what_was_typed_can_be_read_and_sent_again_under_its_key() {
        for code in [Code::Unavailable, Code::TooMany, Code::Internal] {
            let page = page(code, &POSTED);
            for part in [
                "value=\"Tern &quot;&amp; &lt;b&gt;\"",
                "first\nsecond</textarea>",
                "type=\"hidden\" name=\"_op\" value=\"record.create\"",
                "type=\"hidden\" name=\"_key\" value=\"key-7\"",
                "type=\"hidden\" name=\"workspace\" value=\"5c21\"",
                "type=\"hidden\" name=\"empty\" value=\"\"",
                "Send it again",
            ] {
                assert!(page.contains(part), "{code:?}: {part} in {page}");
            }
        }
    }

    #[test]
    fn what_will_be_refused_again_can_be_read_but_not_sent() {
        for code in [Code::NotFound, Code::Forbidden, Code::Stale] {
            let page = page(code, &POSTED);
            assert!(
                page.contains("first\nsecond") && !page.contains("Send it again"),
                "{page}"
            );
            assert!(!page.contains("_op"), "{page}");
        }
    }

    #[test]
    fn a_secret_neither_comes_back_nor_is_said_to_be_sent() {
        let page = page(
            Code::Unavailable,
            &[("_op", "x"), ("name", "Ada"), ("password", "canary")],
        );
        assert!(!page.contains("canary") && !page.contains("Send it again"), "{page}");
        assert!(page.contains("href=\"/w/x?q=1\"") && page.contains("Ada"), "{page}");
    }
}
