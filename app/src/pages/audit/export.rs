//! Taking the log out. A plain form in any case: the answer is a file, or the page that asks for a proof of identity.

use crate::components::{Form, Hidden, Icon, OpForm, Submit};
use domain::{WorkspaceId, ops::ExportAuditLog};
use leptos::prelude::*;

/// The button that exports the log.
#[component]
pub fn ExportButton(
    /// Whose log.
    workspace: WorkspaceId,
) -> impl IntoView {
    let form = Form::<ExportAuditLog>::new();
    view! {
        <OpForm form native=true class="row-form">
            <Hidden name="workspace" value=workspace.to_string()/>
            <Submit>
                <Icon name="download-simple"/>
                "Export"
            </Submit>
        </OpForm>
    }
}
