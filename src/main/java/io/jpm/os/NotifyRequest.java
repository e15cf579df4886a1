package io.jpm.os;

import io.jpm.model.RunAs;

/// A notify socket to open, see [NotifySockets].
///
/// @param address a path, or `@name` for a socket without a file; as in `NOTIFY_SOCKET`
/// @param runAs credentials that the process runs with
public record NotifyRequest(String address, RunAs runAs) {}
