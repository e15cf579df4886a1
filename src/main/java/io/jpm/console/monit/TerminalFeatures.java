package io.jpm.console.monit;

/// Capabilities of the terminal.
///
/// @param colors whether to use colors
/// @param unicode whether it displays characters other than ASCII
public record TerminalFeatures(boolean colors, boolean unicode) {}
