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

/// What a next daemon needs to know of one instance.
///
/// @param sharing what a reload and ClusterBalancer need
/// @param actions what its process has offered to do: an app says so once
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
  /// What is known of a process beside others.
  ///
  /// @param replacementRole what it is in a reload
  /// @param memo see [Instance#memo]
  /// @param listening see [Instance#listening]
  public record Sharing(ReplacementRole replacementRole, Optional<String> memo, boolean listening) {
    /// Of an app that is not in cluster mode.
    public static final Sharing NONE =
        new Sharing(ReplacementRole.CURRENT, Optional.empty(), false);
  }

  public JournalEntry {
    actions = List.copyOf(actions);
  }

  /// All instances, and the next id to give.
  ///
  /// @param files where the apps have come from
  /// @param damage why instances may be missing, a sentence each; empty: none is
  /// @param attempts the last commands that can be repeated
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

    /// Without commands that can be repeated.
    Snapshot(int nextId, List<JournalEntry> entries, List<AppFile> files, List<String> damage) {
      this(nextId, entries, files, damage, List.of());
    }

    /// Of apps that came from no file.
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
