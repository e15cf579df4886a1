package io.jpm.os;

import io.jpm.model.RunAs;

/// Whose socket is to be opened, see [NoticeSockets].
///
/// @param address a path, or `@name` for one without a file; as in `NOTIFY_SOCKET`
/// @param tag the mark of the process's tree ([SpawnRequest#tag])
/// @param runAs as whom it runs
public record NoticeRequest(String address, String tag, RunAs runAs) {}
