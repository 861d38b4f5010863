//! Lists, tables, tabs, and what stands where nothing is.

use super::{Part, Section, samples};
use crate::{components::Empty, pages::workspace::RecordRow};
use leptos::prelude::*;

/// Rows, and their absence.
#[component]
pub fn Lists() -> impl IntoView {
    let workspace = samples::workspace();
    let records = samples::records()
        .map(|row| view! { <RecordRow workspace=workspace.clone() row/> })
        .collect_view();
    view! {
        <Section title="Lists" rule="Hairlines before boxes. The whole row opens the thing; its title carries the name.">
            <nav class="tabs" aria-label="Tabs">
                <a class="tab is-on" href="#all" aria-current="page">
                    "All"
                    <span class="n">"42"</span>
                </a>
                <a class="tab" href="#mine">
                    "Mine"
                    <span class="n">"3"</span>
                </a>
            </nav>
            <ul class="list">{records}</ul>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Title"</th>
                        <th scope="col">"Changed"</th>
                        <th class="num" scope="col">
                            "Revision"
                        </th>
                    </tr>
                </thead>
                <tbody>
                    <tr>
                        <td>"Receiving refrigerated stock"</td>
                        <td>"22 Nov 2026"</td>
                        <td class="num">"4"</td>
                    </tr>
                    <tr>
                        <td>"Returns and recalls"</td>
                        <td>"21 Nov 2026"</td>
                        <td class="num">"12"</td>
                    </tr>
                </tbody>
            </table>
            <div class="grid-3 top mt">
                <Part name="Empty: what would be here, and one act">
                    <Empty title="No events match">
                        <p class="dim">"Nobody did this between these days."</p>
                        <a class="btn btn-line" href="#all">
                            "Show all events"
                        </a>
                    </Empty>
                </Part>
                <Part name="Coming: the shape, still">
                    <div class="skels" aria-hidden="true">
                        <span class="skel skel-2"></span>
                        <span class="skel skel-1"></span>
                        <span class="skel skel-2"></span>
                        <span class="skel skel-3"></span>
                    </div>
                </Part>
                <Part name="Could not come">
                    <Empty title="The list did not arrive">
                        <p class="dim">"The server answered late. Nothing you typed is affected."</p>
                        <a class="btn btn-line" href="#again">
                            "Try again"
                        </a>
                    </Empty>
                </Part>
            </div>
        </Section>
    }
}
