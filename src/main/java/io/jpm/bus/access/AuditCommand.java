package io.jpm.bus.access;

import io.jpm.bus.BusMessage;

/// Asks whether the audit log is whole, on [io.jpm.bus.Addresses#AUDIT_COMMAND]. Answered with an
/// [AuditReply], after what was told before it is written.
public record AuditCommand() implements BusMessage {}
