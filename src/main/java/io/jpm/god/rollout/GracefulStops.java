package io.jpm.god.rollout;

import io.jpm.god.instance.AppChannel;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Phase;
import io.jpm.supervise.DurationText;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Prepares the old processes of one reload for their stop, and reports how they were asked to
/// exit. Does nothing for a plain reload. Confined to GodVerticle's context.
final class GracefulStops {
  private final boolean graceful;
  private final List<PreparedStop> prepared = new ArrayList<>();

  /// The stop of one process.
  ///
  /// @param channel identifies the process
  /// @param note a format string with one `%s` for the processes
  /// @param wasAsked whether the process was really asked to exit in this way
  private record PreparedStop(AppChannel channel, String note, BooleanSupplier wasAsked) {}

  /// @param graceful whether the command is `gracefulReload`
  GracefulStops(boolean graceful) {
    this.graceful = graceful;
  }

  /// Determines how the process of `old` is asked to exit. Must be called immediately before the
  /// process is drained and stopped.
  void prepare(SupervisedInstance old) {
    if (!graceful || old.child == null) {
      return;
    }
    if (!old.stopsGracefully && old.state.phase() != Phase.STOPPING) {
      old.stopsGracefully = old.readsIpcChannel();
      add(old);
    } else if (old.stopsGracefully) {
      add(old); // prepared by an earlier daemon
    }
  }

  /// Includes a process that an earlier daemon has prepared and that still runs.
  void resume(SupervisedInstance old) {
    if (graceful) {
      add(old);
    }
  }

  private void add(SupervisedInstance old) {
    StopPolicy policy = old.spec.stop();
    String note =
        old.stopsGracefully
            ? "sent the message 'shutdown' to %%s, with %s (kill_timeout) to exit"
                .formatted(DurationText.of(policy.asGraceful().timeout()))
            : "stopped %%s with %s, because the app does not read messages from its IPC channel"
                .formatted(policy.command().isEmpty() ? policy.signal() : "the stop command");
    AppChannel channel = old.channel;
    if (prepared.stream().anyMatch(stop -> stop.channel() == channel)) {
      return;
    }
    prepared.add(
        new PreparedStop(
            channel,
            old.spec.name() + ": " + note,
            old.stopsGracefully ? channel::isShutdownSent : () -> true));
  }

  /// Returns the notes for the user, one or two for each app, without a full stop.
  Stream<String> notes() {
    return prepared.stream()
        .filter(stop -> stop.wasAsked().getAsBoolean())
        .collect(Collectors.groupingBy(PreparedStop::note, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry ->
            entry
                .getKey()
                .formatted(
                    entry.getValue() == 1
                        ? "the old process"
                        : entry.getValue() + " old processes"));
  }
}
