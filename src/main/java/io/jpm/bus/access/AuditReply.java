package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// The result of verifying the files of the audit log.
///
/// @param lines the number of lines with a correct hash, up to the first line without one
/// @param older the number of lines that were written before the hash chain was introduced
/// @param broken where and why the chain first breaks, `audit.log:17: …`; empty: it is intact
public record AuditReply(long lines, long older, Optional<String> broken) implements BusMessage {}
