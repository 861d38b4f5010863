//! Whether there is a connection, said while there is none.

use crate::components::{Banner, Tone};
use leptos::prelude::*;

/// Whether the page itself says what becomes of its words without a connection, as the text does that is written. Provide it
/// around pages and [`Connection`].
#[derive(Clone, Copy, Default)]
pub struct SaysItself(pub RwSignal<bool>);

/// Says it at the foot of the page as soon as the browser knows that it has no connection, until it has one again. Lies above
/// the page, so that nothing moves.
#[component]
pub fn Connection() -> impl IntoView {
    let lost = RwSignal::new(false);
    let SaysItself(elsewhere) = use_context().unwrap_or_default();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| crate::browser::on_connection(move |there| lost.set(!there)));
    view! {
        <div class="afloat">
            {move || {
                (lost.get() && !elsewhere.get())
                    .then(|| {
                        view! {
                            <Banner tone=Tone::Lamp>
                                <b>"No connection."</b>
                                " What you type stays on this page. Save it when the connection is back."
                            </Banner>
                        }.into_any()
                    })
            }}
        </div>
    }
}
