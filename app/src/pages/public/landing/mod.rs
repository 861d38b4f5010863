//! The landing page: what is written beside what happened, who it is for, and what is held to.

mod indenture;
mod sections;

pub use indenture::*;
pub use sections::*;

use crate::components::{Mark, Wordmark};
use leptos::prelude::*;
use leptos_meta::{Body, Meta, Title};

/// The landing page.
#[component]
pub fn Landing() -> impl IntoView {
    view! {
        <Title text="Keep your word"/>
        <Meta name="description" content="Where people in regulated work write scripts together, run them, and can prove what happened."/>
        <Body {..} class="public landing"/>
        <a class="skip" href="#main">
            "Skip to the page"
        </a>
        <header class="lp-head">
            <a href="/" aria-label="Scriptkeep, home">
                <Wordmark/>
            </a>
            <nav aria-label="Site">
                <a class="only-desk" href="#packs">
                    "Who it is for"
                </a>
                <a class="only-desk" href="#promises">
                    "Promises"
                </a>
                <a class="btn btn-bare" href="/sign-in">
                    "Sign in"
                </a>
                <a class="btn btn-act only-desk" href="/sign-up">
                    "Start a workspace"
                </a>
            </nav>
        </header>
        <main id="main">
            <section class="hero">
                <h1>"Keep your word."</h1>
                <div class="hero-side">
                    <p>"Scriptkeep is where people in regulated work write scripts together, run them, and can prove what happened."</p>
                    <div class="btns">
                        <a class="btn btn-act btn-lg" href="/sign-up">
                            "Start a workspace"
                        </a>
                        <a class="btn btn-line btn-lg" href="#promises">
                            "See the promises"
                        </a>
                    </div>
                </div>
            </section>
            <Indenture/>
            <Packs/>
            <Running/>
            <Promises/>
            <Plainly/>
            <Last/>
        </main>
        <footer class="lp-foot">
            <div class="lp-foot-in">
                <Mark/>
                <nav aria-label="Footer">
                    <a href="/sign-up">"Start a workspace"</a>
                    <a href="/sign-in">"Sign in"</a>
                </nav>
            </div>
        </footer>
    }
}
