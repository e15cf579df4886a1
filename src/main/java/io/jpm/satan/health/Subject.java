package io.jpm.satan.health;

import io.jpm.bus.SatanCommand.Attend;
import io.jpm.model.ProcessIdentity;

/// The process that is asked.
///
/// @param attend who it is, its app and its environment
/// @param process it
record Subject(Attend attend, ProcessIdentity process) {}
