package io.jpm.god.journal;

import io.jpm.bus.god.AppFile;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.InstanceIdentity;
import io.jpm.god.instance.RepeatableCommand;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.model.AppSpec;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.supervise.Supervised;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The journaled state of one instance, for the next daemon.
///
/// @param sharing the state for reloads and for ClusterBalancer
/// @param actions the actions that its process has offered; an app offers them only once
/// @param version see [Instance#version]
/// @param port see [Instance#port]
public record JournalEntry(
    InstanceIdentity instanceIdentity,
    AppSpec spec,
    Supervised state,
    Sharing sharing,
    Optional<Instant> startedAt,
    Optional<ProcessIdentity> process,
    List<String> actions,
    String version,
    String port) {
  /// The state of a process that shares its id or its port with others.
  ///
  /// @param replacementRole its role in a reload
  /// @param memo see [Instance#memo]
  /// @param listening see [Instance#listening]
  public record Sharing(ReplacementRole replacementRole, Optional<String> memo, boolean listening) {
    /// The state for an app that is not in cluster mode.
    public static final Sharing NONE =
        new Sharing(ReplacementRole.CURRENT, Optional.empty(), false);
  }

  public JournalEntry {
    actions = List.copyOf(actions);
  }

  /// All instances and the next id.
  ///
  /// @param files the process files of the apps
  /// @param damage messages why instances may be missing; empty if none are
  /// @param attempts the records of recent idempotent commands
  public record Snapshot(
      int nextId,
      List<JournalEntry> entries,
      List<AppFile> files,
      List<String> damage,
      List<RepeatableCommand.Entry> attempts) {
    public static final Snapshot EMPTY = new Snapshot(0, List.of());

    public Snapshot {
      entries = List.copyOf(entries);
      files = List.copyOf(files);
      damage = List.copyOf(damage);
      attempts = List.copyOf(attempts);
    }

    /// Creates a snapshot without idempotent commands.
    Snapshot(int nextId, List<JournalEntry> entries, List<AppFile> files, List<String> damage) {
      this(nextId, entries, files, damage, List.of());
    }

    /// Creates a snapshot of apps without process files.
    public Snapshot(int nextId, List<JournalEntry> entries) {
      this(nextId, entries, List.of(), List.of());
    }
  }

  public static JournalEntry of(Instance instance) {
    return new JournalEntry(
        instance.instanceIdentity(),
        instance.spec,
        instance.state,
        new Sharing(instance.replacementRole, instance.memo, instance.listening),
        instance.startedAt,
        instance.lasting(),
        instance.channel.report().actions(),
        instance.version,
        instance.port);
  }
}
