package io.jpm.god.instance;

import io.jpm.model.process.ProcessIdentity;

/// A process of an instance that an earlier daemon left running, found by its process tag.
///
/// @param identity the process
/// @param generation its generation of the instance
public record FoundProcess(ProcessIdentity identity, long generation) {}
