package io.jpm.god;

import io.jpm.bus.AppFile;
import io.jpm.model.AppSpec;
import io.jpm.model.ProcessIdentity;
import io.jpm.supervise.Supervised;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a next daemon needs to know of one instance.
///
/// @param sharing what a reload and ClusterBalancer need
/// @param actions what its process has offered to do: an app says so once
/// @param version see [Instance#version]
record JournalEntry(
    Life life,
    AppSpec spec,
    Supervised state,
    Sharing sharing,
    Optional<Instant> startedAt,
    Optional<ProcessIdentity> process,
    List<String> actions,
    String version) {
  /// What is known of a process beside others.
  ///
  /// @param role what it is in a reload
  /// @param memo see [Instance#memo]
  /// @param listening see [Instance#listening]
  record Sharing(Role role, Optional<String> memo, boolean listening) {
    /// Of an app that is not in cluster mode.
    static final Sharing NONE = new Sharing(Role.CURRENT, Optional.empty(), false);
  }

  JournalEntry {
    actions = List.copyOf(actions);
  }

  /// All instances, and the next id to give.
  ///
  /// @param files where the apps have come from
  /// @param damage why instances may be missing, a sentence each; empty: none is
  /// @param attempts the last commands that can be repeated
  record Snapshot(
      int nextId,
      List<JournalEntry> entries,
      List<AppFile> files,
      List<String> damage,
      List<Attempt.Entry> attempts) {
    static final Snapshot EMPTY = new Snapshot(0, List.of());

    Snapshot {
      entries = List.copyOf(entries);
      files = List.copyOf(files);
      damage = List.copyOf(damage);
      attempts = List.copyOf(attempts);
    }

    /// Without commands that can be repeated.
    Snapshot(int nextId, List<JournalEntry> entries, List<AppFile> files, List<String> damage) {
      this(nextId, entries, files, damage, List.of());
    }

    /// Of apps that came from no file.
    Snapshot(int nextId, List<JournalEntry> entries) {
      this(nextId, entries, List.of(), List.of());
    }
  }

  static JournalEntry of(Instance instance) {
    return new JournalEntry(
        instance.life(),
        instance.spec,
        instance.state,
        new Sharing(instance.role, instance.memo, instance.listening),
        instance.startedAt,
        instance.lasting(),
        instance.channel.report().actions(),
        instance.version);
  }
}
