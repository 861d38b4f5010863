//! Every component in its states, at `/dev/gallery` on the loopback. Rendered on the server only, in the workspace's style.

mod errors;
mod fields;
mod floats;
mod identity;
mod lists;
mod proof;
mod samples;
mod shell;
mod states;

pub use errors::*;
pub use fields::*;
pub use floats::*;
pub use identity::*;
pub use lists::*;
pub use proof::*;
pub use shell::*;
pub use states::*;

use crate::components::Wordmark;
use leptos::prelude::*;
use leptos_meta::{Body, Title};
use leptos_router::location::Url;

/// The gallery.
#[component]
pub fn Gallery() -> impl IntoView {
    // Parts that look different from address to address find one here; there is no router.
    provide_context(ArcRwSignal::new(Url::default()));
    view! {
        <Title text="Parts · Scriptkeep"/>
        <Body {..} class="specs"/>
        <main class="spec">
            <header class="spec-head">
                <h1 class="vh">"Parts"</h1>
                <Wordmark/>
                <p>"Every part, in its states."</p>
            </header>
            <MarkAndCut/>
            <Colour/>
            <Type/>
            <Buttons/>
            <Fields/>
            <Refused/>
            <States/>
            <Floats/>
            <Lists/>
            <Proof/>
            <Shell/>
            <Errors/>
        </main>
    }
}

/// A section of the gallery: what it shows and the rule behind it on the left, the parts on the right.
#[component]
fn Section(
    /// The heading.
    title: &'static str,
    /// The rule.
    rule: &'static str,
    /// The parts.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="cs">
            <header>
                <h2>{title}</h2>
                <p>{rule}</p>
            </header>
            <div class="cs-b">{children()}</div>
        </section>
    }
}

/// One part in one state, with what it is below.
#[component]
fn Part(
    /// What it is.
    name: &'static str,
    /// Takes the rest of its row.
    #[prop(optional)]
    grow: bool,
    /// The part.
    children: Children,
) -> impl IntoView {
    view! {
        <figure class=if grow { "sp grow" } else { "sp" }>
            <div>{children()}</div>
            <figcaption>{name}</figcaption>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::Gallery;
    use leptos::prelude::*;
    use std::collections::HashSet;

    /// The values of an attribute in a rendered page.
    fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
        let start = format!(" {attribute}=\"");
        page.split(start.as_str())
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect()
    }

    #[test]
    fn every_part_renders_and_no_id_stands_twice() {
        let owner = Owner::new();
        let page = owner.with(|| {
            leptos_meta::provide_meta_context();
            view! { <Gallery/> }.to_html()
        });
        for part in [
            "btn-seal",
            "aria-invalid=\"true\"",
            "save-device",
            "menu-sep",
            "dialog-foot",
            "skel",
            "proofbox",
            "bb-item",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert!(values(&page, "style").is_empty());
        let ids = values(&page, "id");
        let unique: HashSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");
        assert!(!page.contains("tuesday"), "a password never comes back");
    }
}
