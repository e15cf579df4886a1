/// Monitors the health of processes with the probes of their apps. `HealthMonitors` keeps one
/// `HealthMonitor` for each process. `ProbeStateMachine`, a pure function, decides which probes run
/// and what their results mean. `Probes` runs active probes, and `PassiveProbes` receives the
/// signals of processes. This package depends on `model`, `os`, `wire` and `bus`.
@NullMarked
package io.jpm.satan.health;

import org.jspecify.annotations.NullMarked;
