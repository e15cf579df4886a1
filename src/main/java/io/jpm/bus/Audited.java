package io.jpm.bus;

import io.jpm.model.Principal;
import java.util.List;

/// Somebody has changed something, or was refused: for the audit log. Not answered.
///
/// @param who the owner, or the holder of a token
/// @param from where from: `unix`, or the address of a TCP peer
/// @param verb what was asked for, as it is typed
/// @param apps on which apps, by name; empty: on none, or on the daemon
/// @param result `done`, or why not, in one sentence; holds no secret
public record Audited(Principal who, String from, String verb, List<String> apps, String result)
    implements BusMessage {
  public Audited {
    apps = List.copyOf(apps);
  }
}
