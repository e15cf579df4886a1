package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import io.jpm.model.access.Principal;
import java.util.List;
import java.util.Set;

/// Somebody has changed something, or was refused: for the audit log. Not answered.
///
/// @param who the owner, or the holder of a token
/// @param from where from: `unix`, or the address of a TCP peer
/// @param verb what was asked for, as it is typed
/// @param apps on which apps, by name; empty: on none, or on the daemon
/// @param result `done`, or why not, in one sentence; holds no secret. What was refused begins with
///   `refused`, `denied`, `not_found` or `invalid`
public record AuditRecord(Principal who, String from, String verb, List<String> apps, String result)
    implements BusMessage {
  private static final Set<String> REFUSALS = Set.of("refused", "denied", "not_found", "invalid");

  public AuditRecord {
    apps = List.copyOf(apps);
  }

  /// Whether nothing was tried, so nothing has changed.
  public boolean isRefusal() {
    return REFUSALS.contains(result.split("[: ]", 2)[0]);
  }
}
