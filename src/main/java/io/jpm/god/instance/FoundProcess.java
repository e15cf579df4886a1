package io.jpm.god.instance;

import io.jpm.model.process.ProcessIdentity;

/// A process of an instance that an earlier daemon left running and that was found by its process
/// tag.
///
/// @param identity the process
/// @param generation the generation of the instance to which the process belongs
public record FoundProcess(ProcessIdentity identity, long generation) {}
