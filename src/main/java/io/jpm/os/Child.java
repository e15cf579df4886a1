package io.jpm.os;

import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.Signal;
import java.util.Optional;

/// One main process and the tree under it, made or adopted by the host.
public interface Child {
  /// Who it is, for the journal.
  ProcessIdentity identity();

  /// Whether processes of its tree lived on when the main process had ended: in its session or
  /// group, or where they carry the tag or the mark. Known, and cheap to ask, as soon as the end
  /// was told ([ChildWatcher#exited]); may be true where that could not be found out. A child of
  /// [ProcessHost#adoptLeftovers] looks at all processes when it is asked.
  boolean hasLeftovers();

  /// One of the processes of [#hasLeftovers], where it was seen; known at the same time.
  default Optional<LeftoverProcess> leftoverProcess() {
    return Optional.empty();
  }

  /// Signals every process of the tree: the session and group, all descendants, and those that left
  /// both and carry the tag or that of an earlier generation of the same instance. Deepest first,
  /// so that parents can wait for their children; SIGKILL parents first, so that they do not start
  /// anew what was killed. A stopped process is continued after a signal other than a stop.
  ///
  /// From the first call on the tree is watched, and [ChildWatcher#treeGone] is called once, when
  /// none of it is left that we may signal: a process of another user (`sudo`) is logged once and
  /// lives on. Processes that appear meanwhile get the latest signal too. May be called again with
  /// a harder signal, and after the main process has ended.
  ///
  /// Returns at once; the sweep runs on a thread of the host.
  ///
  /// @param sent run once, on any thread, when every process that was found has got the signal, or
  ///   could not be signalled; not after [#release]
  void signalTree(Signal signal, Runnable sent);

  /// As [#signalTree(Signal, Runnable)], for those who need not know when.
  default void signalTree(Signal signal) {
    signalTree(signal, () -> {});
  }

  /// Whether SIGKILL of [#signalTree] has reached a process of the tree beside the main process, or
  /// may have. How the main process ended is told by its exit.
  default boolean hasKilledOthers() {
    return true;
  }

  /// Signals the main process only. If it is gone already, nothing happens.
  void signalMain(Signal signal);

  /// Sends a message over the channel of [SpawnRequest#channel]. Never waits: what the process does
  /// not read yet is kept, up to 1 MiB.
  ///
  /// @param json one JSON value
  /// @return whether it is on its way; false when there is no channel, it could not be taken back
  ///   from a former daemon's process, the process has closed it, or too much is kept already
  default boolean send(String json) {
    return false;
  }

  /// Whether [#send] can work and [ChildWatcher#message] can come.
  default boolean hasChannel() {
    return false;
  }

  /// Whether its tree is in a group of its own, in which the limits hold that need one
  /// ([io.jpm.model.ResourceLimits#ofGroup]).
  default boolean isGrouped() {
    return false;
  }

  /// Whether the kernel has ended a process of the tree because it had more memory than it may, and
  /// [ChildWatcher#partRanOutOfMemory] has not told of that: then it was the main process, or it
  /// ended at the same time. Known as soon as the end was told.
  default boolean ranOutOfMemory() {
    return false;
  }

  /// Forgets the process: no more calls to the watcher, descriptors closed. The process itself is
  /// left alone.
  void release();
}
