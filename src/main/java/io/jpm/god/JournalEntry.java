package io.jpm.god;

import io.jpm.model.AppSpec;
import io.jpm.model.InstanceId;
import io.jpm.model.ProcessIdentity;
import io.jpm.supervise.Supervised;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a next daemon needs to know of one instance.
///
/// @param actions what its process has offered to do: an app says so once
record JournalEntry(
    InstanceId id,
    int number,
    AppSpec spec,
    Supervised state,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<ProcessIdentity> process,
    List<String> actions) {
  JournalEntry {
    actions = List.copyOf(actions);
  }

  /// All instances, and the next id to give.
  record Snapshot(int nextId, List<JournalEntry> entries) {
    static final Snapshot EMPTY = new Snapshot(0, List.of());

    Snapshot {
      entries = List.copyOf(entries);
    }
  }

  static JournalEntry of(Instance instance) {
    return new JournalEntry(
        instance.id,
        instance.number,
        instance.spec,
        instance.state,
        instance.createdAt,
        instance.startedAt,
        instance.process(),
        instance.channel.report().actions());
  }
}
