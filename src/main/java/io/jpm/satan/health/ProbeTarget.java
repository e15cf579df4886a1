package io.jpm.satan.health;

import io.jpm.bus.satan.SatanCommand.StartMonitoring;
import io.jpm.model.process.ProcessIdentity;

/// The process that a probe examines.
///
/// @param startMonitoring the worker, its app and its environment
/// @param process the process
record ProbeTarget(StartMonitoring startMonitoring, ProcessIdentity process) {}
