package io.jpm.client;

import java.time.Instant;
import java.util.OptionalInt;

/// A log line.
///
/// @param app the name of the app
/// @param id the id of the instance; empty if several instances write to the same file
/// @param stream `out` or `err`
/// @param at when the line was captured
/// @param text the text without the line terminator
public record LogLine(String app, OptionalInt id, String stream, Instant at, String text) {
  static LogLine of(JsonMembers json) {
    return new LogLine(
        json.text("app"),
        json.optionalInteger("id"),
        json.text("stream"),
        json.time("at"),
        json.text("text"));
  }
}
