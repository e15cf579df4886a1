package io.jpm.os;

import io.jpm.model.process.Exit;

/// Receives the exit, the messages and the memory events of a child. The methods are called on a
/// thread of the host.
public interface ChildWatcher {
  /// Called once when the main process has exited.
  void exited(Exit exit);

  /// Called when the process has sent a message over its IPC channel. All messages that the process
  /// sent before it exited arrive before [#exited]; the first may arrive before [ProcessHost#spawn]
  /// returns. A message longer than 1 MiB is dropped and logged.
  ///
  /// @param json one JSON value, as written by Node's `process.send`. It is not validated. After an
  ///   adoption, the first value may be the rest of a message of which the former daemon had
  ///   already read a part.
  /// @param heard a callback that must be run once, on any thread, when the message has been
  ///   processed. While too many messages are unprocessed, the channel is not read, so a process
  ///   that sends too fast has to wait.
  default void message(String json, Runnable heard) {
    heard.run(); // for watchers of a process without a channel
  }

  /// Called like [#message] for one of Node's internal messages, whose `cmd` begins with `NODE_`.
  /// Replies to [ProcessHost#send] are not reported here.
  default void nodeMessageReceived(String json, Runnable heard) {
    heard.run();
  }

  /// Called when the kernel has killed processes of the tree, other than the main process, because
  /// the tree exceeded its memory limit ([io.jpm.model.ResourceLimits#memoryMax]). Called at most
  /// once per second. Each kill is reported once, even if the daemon is restarted.
  ///
  /// @param processes the number of processes killed since the last call, at least 1
  default void descendantOutOfMemory(long processes) {}

  /// Called when the tree uses more memory than [io.jpm.model.ResourceLimits#memoryHigh], so the
  /// kernel reclaims its memory and throttles it. Called at most once per main process.
  default void memoryThrottled() {}

  /// Called once when no process of the tree remains that the daemon may signal. Called only after
  /// [Child#signalTree] and after [#exited]. For a child created by [ProcessHost#adoptLeftovers],
  /// [#exited] is never called.
  void treeGone();
}
