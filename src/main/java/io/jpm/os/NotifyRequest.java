package io.jpm.os;

import io.jpm.model.RunAs;

/// A notify socket to open, see [NotifySockets].
///
/// @param address a path, or `@name` for a name in the abstract namespace; the value of
///   `NOTIFY_SOCKET`
/// @param runAs the credentials that the process runs with
public record NotifyRequest(String address, RunAs runAs) {}
