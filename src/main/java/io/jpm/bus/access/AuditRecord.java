package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import io.jpm.model.access.Principal;
import java.util.List;
import java.util.Set;

/// A record for the audit log: a change or a refused request. Not answered.
///
/// @param who the owner, or the holder of a token
/// @param from the origin of the request: `unix`, or the address of a TCP peer
/// @param verb the requested command, as typed
/// @param apps the names of the affected apps; empty if the request affects no app, or affects the
///   daemon itself
/// @param result `done`, or why the request failed, in one sentence without secrets. The result of
///   a refused request begins with `refused`, `denied`, `not_found` or `invalid`
public record AuditRecord(Principal who, String from, String verb, List<String> apps, String result)
    implements BusMessage {
  private static final Set<String> REFUSALS = Set.of("refused", "denied", "not_found", "invalid");

  public AuditRecord {
    apps = List.copyOf(apps);
  }

  /// Reports whether the request was refused and therefore changed nothing.
  public boolean isRefusal() {
    return REFUSALS.contains(result.split("[: ]", 2)[0]);
  }
}
