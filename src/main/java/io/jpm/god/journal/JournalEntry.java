package io.jpm.god.journal;

import io.jpm.bus.god.AppFile;
import io.jpm.god.instance.AppChannel;
import io.jpm.god.instance.IdempotencyRecord;
import io.jpm.god.instance.InstanceIdentity;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.AppSpec;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.supervise.InstanceState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The state of one instance that the journal stores for the next daemon.
///
/// @param balancing the state for reloads and for ClusterBalancer
/// @param channel the state of the IPC channel
/// @param version see [SupervisedInstance#version]
/// @param port see [SupervisedInstance#port]
/// @param stopsGracefully see [SupervisedInstance#stopsGracefully]; true only if the process is
///   being stopped or has been replaced
public record JournalEntry(
    InstanceIdentity instanceIdentity,
    AppSpec spec,
    InstanceState state,
    BalancingState balancing,
    Optional<Instant> startedAt,
    Optional<ProcessIdentity> process,
    ChannelState channel,
    String version,
    String port,
    boolean stopsGracefully) {
  /// The state of a process that shares its id or its port with other processes.
  ///
  /// @param replacementRole the role of the process in a reload
  /// @param balancerState see [SupervisedInstance#balancerState]
  /// @param listening see [SupervisedInstance#listening]
  public record BalancingState(
      ReplacementRole replacementRole, Optional<String> balancerState, boolean listening) {
    /// The state of a process that takes part neither in a reload nor in balancing.
    public static final BalancingState NONE =
        new BalancingState(ReplacementRole.CURRENT, Optional.empty(), false);
  }

  /// The state of the IPC channel of a process.
  ///
  /// @param actions the actions that the process has offered; they are stored because an app offers
  ///   them only once
  /// @param readsMessages see [AppChannel#readsMessages]
  /// @param shutdownSent see [AppChannel#isShutdownSent]
  public record ChannelState(List<String> actions, boolean readsMessages, boolean shutdownSent) {
    /// The state of a channel that has not been used.
    public static final ChannelState UNUSED = new ChannelState(List.of(), false, false);

    public ChannelState {
      actions = List.copyOf(actions);
    }

    static ChannelState of(AppChannel channel) {
      return new ChannelState(
          channel.report().actions(), channel.readsMessages(), channel.isShutdownSent());
    }

    /// Applies this state to the channel of an adopted process.
    public void restore(AppChannel channel) {
      actions.forEach(channel::addAction);
      channel.setReadsMessages(readsMessages);
      channel.setShutdownSent(shutdownSent);
    }
  }

  /// The complete content of the journal.
  ///
  /// @param nextId the id of the next new instance
  /// @param entries all instances
  /// @param files the process files of the apps
  /// @param damage messages that explain why instances may be missing; empty if the list is
  ///   complete
  /// @param attempts the records of recent idempotent commands
  public record Snapshot(
      int nextId,
      List<JournalEntry> entries,
      List<AppFile> files,
      List<String> damage,
      List<IdempotencyRecord.Entry> attempts) {
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

  public static JournalEntry of(SupervisedInstance supervisedInstance) {
    return new JournalEntry(
        supervisedInstance.instanceIdentity(),
        supervisedInstance.spec,
        supervisedInstance.state,
        new BalancingState(
            supervisedInstance.replacementRole,
            supervisedInstance.balancerState,
            supervisedInstance.listening),
        supervisedInstance.startedAt,
        supervisedInstance.journaledProcess(),
        ChannelState.of(supervisedInstance.channel),
        supervisedInstance.version,
        supervisedInstance.port,
        supervisedInstance.stopsGracefully
            && (supervisedInstance.state.phase() == Phase.STOPPING
                || supervisedInstance.replacementRole == ReplacementRole.DRAINING));
  }
}
