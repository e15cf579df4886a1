package io.jpm.satan.health;

import io.jpm.bus.satan.SatanCommand.StartMonitoring;
import io.jpm.model.run.ProcessIdentity;

/// The process that is asked.
///
/// @param startMonitoring who it is, its app and its environment
/// @param process it
record ProbeTarget(StartMonitoring startMonitoring, ProcessIdentity process) {}
