package io.jpm.console;

import io.jpm.wire.EventMessage;
import java.util.Optional;
import java.util.OptionalInt;

/// Events for tests, a second apart.
public final class Events {
  private Events() {}

  public static EventMessage of(
      long seq, String event, String app, int id, int pid, String status, String reason) {
    return new EventMessage(
        seq,
        event,
        app,
        id,
        pid,
        status,
        0,
        reason,
        Instances.NOW.toEpochMilli() + seq * 1000,
        OptionalInt.empty(),
        Optional.empty());
  }

  public static EventMessage online(long seq, String app, int id) {
    return of(seq, "online", app, id, 4100 + id, "online", "reason " + seq);
  }
}
