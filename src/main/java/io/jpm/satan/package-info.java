/// Satan, the health monitor, observes processes and reports problems, but never acts on processes.
/// Start with [io.jpm.satan.SatanVerticle].
///
/// `UsageSampler` measures resource usage, `SamplingSchedule` determines how often, and
/// `MemoryLimitMonitor` detects trees that use too much memory. The package `health` runs the
/// probes of apps. `HeartbeatVerticle` monitors the daemon itself. This package depends on `model`,
/// `os`, `wire` and `bus`.
@NullMarked
package io.jpm.satan;

import org.jspecify.annotations.NullMarked;
