package io.jpm.console.session;

import io.jpm.config.ProcessFileReader;

/// What a few commands need besides the other rooms.
///
/// @param externalPrograms runs other programs
/// @param files reads what process files say besides their apps
public record CommandTools(ExternalPrograms externalPrograms, ProcessFileReader files) {}
