/// How processes are, as their apps' checks tell. `HealthMonitors` keeps one `HealthMonitor` for
/// each process; `ProbeStateMachine` decides, purely, what is asked when and what the answers come
/// to; `Probes` asks, and `PassiveProbes` listen to what processes say by themselves. The room
/// knows `model`, `os`, `wire` and `bus`.
@NullMarked
package io.jpm.satan.health;

import org.jspecify.annotations.NullMarked;
