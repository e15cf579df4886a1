package io.jpm.os;

import io.jpm.model.RunAs;

/// Whose socket is to be opened, see [NotifySockets].
///
/// @param address a path, or `@name` for one without a file; as in `NOTIFY_SOCKET`
/// @param runAs as whom it runs
public record NotifyRequest(String address, RunAs runAs) {}
