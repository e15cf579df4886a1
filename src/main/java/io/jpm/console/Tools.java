package io.jpm.console;

import io.jpm.config.ProcessFileReader;

/// What a few commands need besides the other rooms.
///
/// @param programs runs other programs
/// @param files reads what process files say besides their apps
record Tools(Programs programs, ProcessFileReader files) {}
