package io.jpm.bus.access;

import io.jpm.bus.BusMessage;

/// Requests a verification of the audit log, on [io.jpm.bus.Addresses#AUDIT_COMMAND]. Answered with
/// an [AuditReply] after all earlier records have been written.
public record AuditCommand() implements BusMessage {}
