package io.jpm.os;

import io.jpm.model.process.Exit;

/// Receives the exit, the messages and the memory events of a child. Called on a thread of the
/// host.
public interface ChildWatcher {
  /// Called once when the main process has ended.
  void exited(Exit exit);

  /// Called when the process has sent a message over its IPC channel. All messages sent before its
  /// end arrive before [#exited]; the first may arrive before [ProcessHost#spawn] returns. A
  /// message longer than 1 MiB is dropped and logged.
  ///
  /// @param json one JSON value, as `process.send` of Node writes it. It is not validated; the
  ///   first one after an adoption may be the rest of a message that the former daemon had begun to
  ///   read.
  /// @param heard must be run once, on any thread, after the message was processed. While too many
  ///   messages are unprocessed the channel is not read, so that a process which sends without end
  ///   has to wait.
  default void message(String json, Runnable heard) {
    heard.run(); // for watchers of a process without a channel
  }

  /// As [#message], for one of Node's own messages, whose `cmd` begins with `NODE_`. Replies to
  /// [ProcessHost#send] are not reported here.
  default void nodeMessageReceived(String json, Runnable heard) {
    heard.run();
  }

  /// Called when the kernel has killed processes of the tree, but not the main process, because of
  /// the memory limit ([io.jpm.model.ResourceLimits#memoryMax]). Called at most once a second. Each
  /// kill is reported once, even across restarts of the daemon.
  ///
  /// @param processes number of processes killed since the last call, at least 1
  default void descendantOutOfMemory(long processes) {}

  /// Called when the tree uses more memory than [io.jpm.model.ResourceLimits#memoryHigh], so that
  /// the kernel reclaims memory from it and thereby slows it down. Called once for each main
  /// process.
  default void memoryThrottled() {}

  /// Called once when no process of the tree is left that the daemon may signal; only after a call
  /// of [Child#signalTree] and after [#exited] (which a child of [ProcessHost#adoptLeftovers] never
  /// reports).
  void treeGone();
}
