package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// The result of verifying the files of the audit log.
///
/// @param lines the number of lines with a correct hash before the first break of the chain
/// @param older the number of lines that were written before the hash chain was introduced
/// @param broken the location and cause of the first break of the chain, such as `audit.log:17: …`;
///   empty if the chain is intact
public record AuditReply(long lines, long older, Optional<String> broken) implements BusMessage {}
