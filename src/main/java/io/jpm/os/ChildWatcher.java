package io.jpm.os;

import io.jpm.model.run.Exit;

/// Who wants to know of a child's end. Called on a thread of the host.
public interface ChildWatcher {
  /// The main process has ended; called once.
  void exited(Exit exit);

  /// The process has sent a message over its channel. All that it sent before its end comes before
  /// [#exited]; the first may come before [ProcessHost#spawn] returns. One longer than 1 MiB is
  /// dropped with a line in the log.
  ///
  /// @param json one JSON value, as `process.send` of Node writes it; not checked, and the first
  ///   one after an adoption may be the rest of one that the former daemon began to read
  /// @param heard to be run once, on any thread, when the message was dealt with: while too much
  ///   waits for that the process is not read, so that one that writes without end has to wait
  default void message(String json, Runnable heard) {
    heard.run(); // for those who gave no channel
  }

  /// As [#message] for a message of Node's own, one whose `cmd` begins with `NODE_`; what answers a
  /// [ProcessHost#post] is not among them.
  default void internal(String json, Runnable heard) {
    heard.run();
  }

  /// The kernel has ended processes of the tree because it had more memory than it may
  /// ([io.jpm.model.ResourceLimits#memoryMax]), but not the main process. Told at most once a
  /// second, and once only however many daemons come and go.
  ///
  /// @param processes how many since the last call, at least 1
  default void partRanOutOfMemory(long processes) {}

  /// The tree has more memory than [io.jpm.model.ResourceLimits#memoryHigh]: the kernel takes
  /// memory back from it, which slows it down. Told once for each main process.
  default void slowedForMemory() {}

  /// Nothing of the tree is left that we may end; called once, only after [Child#signalTree] was
  /// called, and after [#exited] (which a child of [ProcessHost#adoptLeftovers] never gets).
  void treeGone();
}
