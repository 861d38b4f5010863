//! What floats: menu, dialog, sheet, toast.

use super::{Part, Section};
use crate::components::Icon;
use leptos::prelude::*;

/// Everything that lies above the page.
#[component]
pub fn Floats() -> impl IntoView {
    view! {
        <Section title="What floats" rule="Menus at one level, dialogs at another. Nothing else casts a shadow.">
            <div class="grid-2 top">
                <Part name="Menu: what destroys stands last and apart">
                    <ul class="menu">
                        <li class="menu-head">"Aoife Kerrigan"</li>
                        <li>
                            <a class="menu-item is-on" href="#profile">
                                <Icon name="user"/>
                                "Profile"
                            </a>
                        </li>
                        <li>
                            <a class="menu-item" href="#sessions">
                                <Icon name="devices"/>
                                "Sessions"
                                <span class="end">"2"</span>
                            </a>
                        </li>
                        <li class="menu-sep" aria-hidden="true"></li>
                        <li>
                            <button class="menu-item is-rubric" type="button">
                                <Icon name="sign-out"/>
                                "Sign out"
                            </button>
                        </li>
                    </ul>
                </Part>
                <Part name="Dialog: the title names the act, the foot holds the verb">
                    <section class="dialog" aria-label="End all other sessions">
                        <header class="dialog-head">
                            <h2>"End all other sessions?"</h2>
                        </header>
                        <div class="dialog-body">
                            <p>"3 devices are signed out at once. What was saved there is kept; what was not is lost."</p>
                        </div>
                        <footer class="dialog-foot">
                            <button class="btn btn-bare" type="button">
                                "Cancel"
                            </button>
                            <button class="btn btn-rubric" type="button">
                                "End 3 sessions"
                            </button>
                        </footer>
                    </section>
                </Part>
                <Part name="Toast: what happened, and Undo; never for errors">
                    <div class="toast" role="status">
                        "Session ended."
                        <button class="btn btn-sm" type="button">
                            "Undo"
                        </button>
                    </div>
                </Part>
                <Sheet/>
            </div>
        </Section>
    }
}

/// What comes up from the foot of a phone.
#[component]
fn Sheet() -> impl IntoView {
    view! {
        <Part name="Sheet: the phone’s menu">
            <div class="sheet-up">
                <ul>
                    <li>
                        <a class="menu-item tall" href="#profile">
                            <Icon name="user"/>
                            "Profile"
                        </a>
                    </li>
                    <li>
                        <a class="menu-item tall" href="#sessions">
                            <Icon name="devices"/>
                            "Sessions"
                            <span class="end">"2"</span>
                        </a>
                    </li>
                </ul>
            </div>
        </Part>
    }
}
