/// Runs the hooks of apps: commands and webhooks that report what happens to an app.
///
/// Start with [io.jpm.hooks.HooksVerticle]. `IncidentState`, one per instance, decides which hook
/// event follows from an event. `RateLimiter`, one per hook event of each app, decides how often it
/// is reported. Neither has a clock of its own. `HookCommands` runs programs through `os`;
/// `Webhooks` posts JSON and follows `RetryPlan`. Hooks cannot affect supervision: God does not
/// know this package.
///
/// The package depends on `model`, `wire`, `os` and `bus`; only `daemon` depends on it.
@NullMarked
package io.jpm.hooks;

import org.jspecify.annotations.NullMarked;
