package io.jpm.console.monit;

/// What the terminal can show.
///
/// @param colors whether colours are wanted
/// @param unicode whether it knows more characters than ASCII
public record TerminalFeatures(boolean colors, boolean unicode) {}
