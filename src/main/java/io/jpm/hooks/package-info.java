/// Runs the hooks of apps: commands and webhooks that report what happens to an app.
///
/// Start with [io.jpm.hooks.HooksVerticle]. `IncidentState`, one per instance, decides which hook
/// event follows from an event. `RateLimiter`, one per hook event of each app, limits how often the
/// hook event is reported. Neither of them reads a clock. `HookCommands` runs programs through
/// `os`; `WebhookSender` posts JSON and follows a `RetryPlan`. Hooks cannot affect supervision,
/// because God does not depend on this package.
///
/// The package depends on `model`, `wire`, `os` and `bus`; only `daemon` depends on it.
@NullMarked
package io.jpm.hooks;

import org.jspecify.annotations.NullMarked;
