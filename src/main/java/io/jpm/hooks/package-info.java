/// Who is told of what happens to apps: commands and webhooks.
///
/// Start with [io.jpm.hooks.HooksVerticle]. What an event is an occasion for is judged by
/// `IncidentState`, one for each instance; how often something is told by `RateLimiter`, one for
/// each occasion of each app; both have no clock of their own. `HookCommands` runs programs through
/// `os`, `Webhooks` posts JSON, by `RetryPlan`. Whatever a hook does, apps are supervised as if
/// there were none: God does not know of this room.
///
/// The room knows `model`, `wire`, `os` and `bus`; only `daemon` knows it.
@NullMarked
package io.jpm.hooks;

import org.jspecify.annotations.NullMarked;
