package io.jpm.god.instance;

import io.jpm.model.run.ProcessIdentity;

/// A process of an instance that a former daemon has left, found by its tag.
///
/// @param identity the process
/// @param generation which spawn of the instance it is
public record FoundProcess(ProcessIdentity identity, long generation) {}
