package io.jpm.web;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// What the HTTP side is given by the daemon.
///
/// @param home the daemon's directory, where `web.json` stands
/// @param version of jpm
/// @param tokens who is let in by a token
/// @param clock wall clock, for what is shown
/// @param nanoTime monotonic time, by which links and sessions end
public record WebContext(
    Path home, String version, Tokens tokens, InstantSource clock, LongSupplier nanoTime) {}
