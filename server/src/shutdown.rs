//! The end: SIGTERM (systemd, containers) or SIGINT (a terminal), once, told to every part that must stop in order.

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Becomes `true` when the process shall stop.
pub type Stop = watch::Receiver<bool>;

/// Listens for the signals from now on.
///
/// # Errors
/// When the system does not let us.
pub fn on_signals() -> std::io::Result<Stop> {
    let (tell, stop) = watch::channel(false);
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "stopping");
        let _ = tell.send(true);
        // The sender lives on, so that receivers see the value, not an end.
        tell.closed().await;
    });
    Ok(stop)
}

/// Waits until the process shall stop.
pub async fn wanted(mut stop: Stop) {
    let _ = stop.wait_for(|stop| *stop).await;
}
