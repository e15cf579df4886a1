/// Monitors the health of processes with the probes of their apps. `HealthMonitors` keeps one
/// `HealthMonitor` per process. `ProbeStateMachine`, a pure function, decides which probes run and
/// what their results mean. `ActiveProbes` runs active probes, and `PassiveProbes` receives the
/// signals of processes. This package depends on `model`, `os`, `wire` and `bus`.
@NullMarked
package io.jpm.satan.health;

import org.jspecify.annotations.NullMarked;
