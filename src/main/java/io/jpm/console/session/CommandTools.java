package io.jpm.console.session;

import io.jpm.config.ProcessFileReader;

/// Resources that only a few commands need.
///
/// @param externalPrograms runs other programs
/// @param files reads the parts of process files other than apps
public record CommandTools(ExternalPrograms externalPrograms, ProcessFileReader files) {}
