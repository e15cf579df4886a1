package io.jpm.os;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import java.util.Optional;

/// A main process that the host has spawned or adopted, and its process tree.
public interface Child {
  /// Returns the identity of the main process, as recorded in the journal.
  ProcessIdentity identity();

  /// Reports whether processes of the tree were still running when the main process exited.
  /// Leftovers are processes in the session or process group of the main process, and processes
  /// with the process tag or the rlimit tag of the tree. May return true if leftovers could not be
  /// ruled out.
  ///
  /// Returns immediately once the exit was reported ([ChildWatcher#exited]). A child created by
  /// [ProcessHost#adoptLeftovers] examines all processes of the system at each call.
  boolean hasLeftovers();

  /// Returns one of the processes that [#hasLeftovers] found; empty if its details could not be
  /// read. Available once the exit was reported.
  default Optional<LeftoverProcess> leftoverProcess() {
    return Optional.empty();
  }

  /// Sends a signal to every process of the tree: the session and process group, all descendants,
  /// and processes that left both but carry the process tag of this or an earlier generation of the
  /// instance. The deepest processes are signaled first, so that parents can wait for their
  /// children. With SIGKILL, parents are signaled first, so that they cannot restart killed
  /// children. A stopped process is also continued, unless the signal is itself a stop signal.
  ///
  /// The first call starts monitoring the tree. [ChildWatcher#treeGone] is called once, when no
  /// process remains that the daemon may signal. Processes that join the tree in the meantime also
  /// receive the latest signal. A process that runs as another user (for example through `sudo`)
  /// cannot be signaled: it is logged once and keeps running. The method may be called again with a
  /// stronger signal, and after the main process has exited.
  ///
  /// Returns immediately; the signals are sent on a thread of the host.
  ///
  /// @param sent run once, on any thread, when every process found has been signaled or could not
  ///   be signaled; not run after [#release]
  void signalTree(Signal signal, Runnable sent);

  /// Signals the tree like [#signalTree(Signal, Runnable)], without a callback.
  default void signalTree(Signal signal) {
    signalTree(signal, () -> {});
  }

  /// Reports whether a SIGKILL sent by [#signalTree] has reached, or may have reached, a process of
  /// the tree other than the main process. Whether the main process itself was killed is reported
  /// with its exit ([ChildWatcher#exited]).
  default boolean hasKilledDescendants() {
    return true;
  }

  /// Signals only the main process. Does nothing if the main process has already exited.
  void signalMain(Signal signal);

  /// Sends a message over the IPC channel of the process ([SpawnRequest#ipcChannel]). Never blocks:
  /// at most 1 MiB that the process has not read yet is queued.
  ///
  /// @param json one JSON value
  /// @return whether the message was sent or queued. False if there is no channel, the process has
  ///   closed it, its queue is full, or the channel of an adopted process could not be recovered.
  default boolean send(String json) {
    return false;
  }

  /// Reports whether the process has an IPC channel, which [#send] and [ChildWatcher#message]
  /// require.
  default boolean hasIpcChannel() {
    return false;
  }

  /// Reports whether the tree has a cgroup of its own, which enforces the limits that require one
  /// ([io.jpm.model.ResourceLimits#needsCgroup]).
  default boolean hasCgroup() {
    return false;
  }

  /// Reports whether the kernel has killed the main process, or another process of the tree at
  /// about the time of that exit, because the tree exceeded its memory limit. Earlier kills are
  /// reported by [ChildWatcher#descendantOutOfMemory] instead. Available once the exit was
  /// reported.
  default boolean ranOutOfMemory() {
    return false;
  }

  /// Stops monitoring the process: closes its descriptors and makes no further calls to the
  /// watcher. The process itself is not affected.
  void release();
}
