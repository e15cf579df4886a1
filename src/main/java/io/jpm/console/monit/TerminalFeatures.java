package io.jpm.console.monit;

/// The capabilities of the terminal.
///
/// @param colors whether to use colors
/// @param unicode whether the terminal displays characters other than ASCII
public record TerminalFeatures(boolean colors, boolean unicode) {}
