package io.jpm.god.instance;

import io.jpm.model.process.ProcessIdentity;

/// The process with which an earlier daemon ran an instance, as found by its process tag or in the
/// journal. It may have exited in the meantime.
///
/// @param generation the generation of the instance to which the process belongs
public record FoundProcess(ProcessIdentity identity, long generation) {}
