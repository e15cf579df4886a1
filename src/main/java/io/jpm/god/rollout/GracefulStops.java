package io.jpm.god.rollout;

import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Phase;
import io.jpm.supervise.DurationText;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Prepares the old processes of one reload for their stop, and reports how they were asked to
/// exit. Does nothing for a plain reload. Confined to GodVerticle's context.
final class GracefulStops {
  private final boolean graceful;

  /// The number of processes for each note. A note is a format string with one `%s` for the
  /// processes.
  private final SequencedMap<String, Integer> counts = new TreeMap<>();

  /// @param graceful whether the command is `gracefulReload`
  GracefulStops(boolean graceful) {
    this.graceful = graceful;
  }

  /// Determines how the process of `old` is asked to exit. Must be called immediately before the
  /// process is drained and stopped.
  void prepare(SupervisedInstance old) {
    if (!graceful
        || old.child == null
        || old.stopsGracefully
        || old.state.phase() == Phase.STOPPING) {
      return;
    }
    StopPolicy policy = old.spec.stop();
    old.stopsGracefully = old.readsIpcChannel();
    String note =
        old.stopsGracefully
            ? "sent the message 'shutdown' to %%s, with %s (kill_timeout) to exit"
                .formatted(DurationText.of(policy.asGraceful().timeout()))
            : "stopped %%s with %s, because the app does not use the IPC channel that the message 'shutdown' requires"
                .formatted(policy.command().isEmpty() ? policy.signal() : "the stop command");
    counts.merge(old.spec.name() + ": " + note, 1, Integer::sum);
  }

  /// Returns the notes for the user, one or two for each app, without a full stop.
  Stream<String> notes() {
    return counts.entrySet().stream()
        .map(entry ->
            entry
                .getKey()
                .formatted(
                    entry.getValue() == 1
                        ? "the old process"
                        : entry.getValue() + " old processes"));
  }
}
