package io.jpm.os;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import java.util.Optional;

/// A main process and its process tree, spawned or adopted by the host.
public interface Child {
  /// Returns the identity of the main process, as recorded in the journal.
  ProcessIdentity identity();

  /// Reports whether processes of the tree were still running when the main process had ended:
  /// processes in its session or group, or with the process tag or the rlimit tag of the tree.
  /// Available at no cost once the exit was reported ([ChildWatcher#exited]). May be true if this
  /// could not be determined. A child of [ProcessHost#adoptLeftovers] examines all processes at
  /// each call.
  boolean hasLeftovers();

  /// Returns one of the processes that [#hasLeftovers] counted, if its details could be read.
  /// Available at the same time as [#hasLeftovers].
  default Optional<LeftoverProcess> leftoverProcess() {
    return Optional.empty();
  }

  /// Signals every process of the tree: the session and group, all descendants, and processes that
  /// left both but carry the process tag of this or an earlier generation of the same instance. The
  /// deepest processes are signalled first, so that parents can wait for their children. With
  /// SIGKILL the parents come first, so that they cannot restart killed children. A stopped process
  /// is continued after any signal other than a stop signal.
  ///
  /// From the first call on, the tree is monitored. [ChildWatcher#treeGone] is called once, when no
  /// process is left that the daemon may signal. A process of another user (`sudo`) is logged once
  /// and keeps running. Processes that appear in the meantime receive the latest signal too. May be
  /// called again with a stronger signal, and after the main process has ended.
  ///
  /// Returns immediately; the signals are sent on a thread of the host.
  ///
  /// @param sent run once, on any thread, when every process found has received the signal or could
  ///   not be signalled; not run after [#release]
  void signalTree(Signal signal, Runnable sent);

  /// Signals the tree as [#signalTree(Signal, Runnable)] does, without a callback.
  default void signalTree(Signal signal) {
    signalTree(signal, () -> {});
  }

  /// Reports whether SIGKILL of [#signalTree] has reached, or may have reached, a process of the
  /// tree other than the main process. Whether the main process itself was killed is part of its
  /// exit.
  default boolean hasKilledDescendants() {
    return true;
  }

  /// Signals the main process only. Does nothing if the main process has already ended.
  void signalMain(Signal signal);

  /// Sends a message over the IPC channel of the process ([SpawnRequest#ipcChannel]). Never blocks:
  /// up to 1 MiB that the process has not read yet is queued.
  ///
  /// @param json one JSON value
  /// @return whether the message was sent or queued; false if there is no channel, if the channel
  ///   of a former daemon's process could not be recovered, if the process has closed it, or if the
  ///   queue is full
  default boolean send(String json) {
    return false;
  }

  /// Reports whether the process has an IPC channel, so that [#send] and [ChildWatcher#message] can
  /// work.
  default boolean hasIpcChannel() {
    return false;
  }

  /// Reports whether the tree is in a cgroup of its own, in which the limits that need a cgroup are
  /// enforced ([io.jpm.model.ResourceLimits#needsCgroup]).
  default boolean hasCgroup() {
    return false;
  }

  /// Reports whether the kernel has killed a process of the tree because of its memory limit
  /// without a call of [ChildWatcher#descendantOutOfMemory]: the killed process was then the main
  /// process, or the main process ended at the same time. Available once the exit was reported.
  default boolean ranOutOfMemory() {
    return false;
  }

  /// Stops monitoring the process: closes the descriptors and ends all calls to the watcher. The
  /// process itself is not affected.
  void release();
}
