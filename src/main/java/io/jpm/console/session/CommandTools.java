package io.jpm.console.session;

import io.jpm.config.ProcessFileReader;

/// Helpers that only a few commands need.
///
/// @param externalPrograms runs other programs
/// @param files reads the sections of process files that do not describe apps
public record CommandTools(ExternalPrograms externalPrograms, ProcessFileReader files) {}
