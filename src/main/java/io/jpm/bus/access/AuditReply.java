package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// What was found in the files of the audit log.
///
/// @param lines how many lines have a hash that is right, up to the first that has not
/// @param older how many are older than the chain of hashes
/// @param broken where it breaks first and why, `audit.log:17: …`; empty: it is whole
public record AuditReply(long lines, long older, Optional<String> broken) implements BusMessage {}
