//! The shell: sidebar, page head, bottom bar.

use super::{Part, Section, samples};
use crate::{
    components::{Icon, Save, SaveState},
    pages::workspace::{BottomBar, Sidebar},
};
use leptos::prelude::*;

/// What stands around every page of the workspace.
#[component]
pub fn Shell() -> impl IntoView {
    view! {
        <Section title="Shell" rule="A sheet of paper inset on the desk. On a phone one pane, and the places under the thumb.">
            <Part name="The head of a page">
                <header class="head">
                    <div class="crumbs">
                        <a href="#records">"Records"</a>
                        <Icon name="caret-right"/>
                        <b>"Receiving refrigerated stock"</b>
                    </div>
                    <SaveState state=Signal::stored(Save::Saved)/>
                    <span class="spacer"></span>
                </header>
            </Part>
            <div class="row-c top">
                <Part name="Sidebar; a rail between 820 and 1119, on a phone gone">
                    <div class="demo-nav">
                        <Sidebar around=samples::around() path=Signal::stored(samples::home())/>
                    </div>
                </Part>
                <Part name="Bottom bar, on a phone" grow=true>
                    <div class="demo-bb">
                        <BottomBar around=samples::around() path=Signal::stored(samples::home())/>
                    </div>
                </Part>
            </div>
        </Section>
    }
}
