package io.jpm.os;

import io.jpm.model.run.Exit;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.SystemUsage;
import io.jpm.model.run.TreeUsage;
import io.jpm.model.run.Usage;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// The operating system's processes, in our words. All methods may block for some milliseconds:
/// never call them on an event loop. They are safe to call from several threads.
public interface ProcessHost extends AutoCloseable {
  /// Makes a process in a session of its own.
  ///
  /// @param request what to run
  /// @param watcher told of its end, on a thread of the host: it must hand over and return. When
  ///   the process ends at once, it may be told before this method returns.
  /// @return the running child, or why there is none; a refusal leaves nothing behind
  SpawnResult spawn(SpawnRequest request, ChildWatcher watcher);

  /// Takes over a process that an earlier daemon made.
  ///
  /// @param identity the process as recorded
  /// @param tag the tag it was made with ([SpawnRequest#tag]), by which orphans of its tree are
  ///   found
  /// @param watcher told of its end, as for [#spawn]
  /// @return the child, or empty when that process no longer exists (a stranger with its pid does
  ///   not count)
  Optional<Child> adopt(ProcessIdentity identity, String tag, ChildWatcher watcher);

  /// How a process that was made by a former daemon ended while none was there.
  ///
  /// @param identity the process as recorded, gone by now
  /// @return what the kernel still tells; [Exit.Unknown] with the reason where it tells nothing
  default Exit exitOf(ProcessIdentity identity) {
    return new Exit.Unknown("it ended while no daemon was running");
  }

  /// The ends that [#exitOf] was asked for are on record. Until this is called a next daemon is
  /// given the same answers, should this one be killed.
  default void exitsAreRecorded() {
    // Systems that tell nothing have nothing to keep.
  }

  /// Whether the kernel has ended a process of a tree because it had more memory than it may, and
  /// no daemon has told of that. To be asked before the tree's instance gets another process.
  ///
  /// @param tag of a tree whose main process is gone
  /// @return false also where that is not known
  default boolean ranOutOfMemory(String tag) {
    return false;
  }

  /// Takes over what is left of a tree whose main process is known to be gone: it ended while no
  /// daemon watched. Of the child's methods
  ///
  /// - [Child#identity] is `gone`;
  /// - [Child#hasLeftovers] walks over all processes, which may block for some milliseconds;
  /// - [Child#signalTree] ends what is left; [ChildWatcher#treeGone] comes even when nothing was;
  /// - [Child#signalMain] does nothing.
  ///
  /// @param gone the main process as recorded
  /// @param tag the tag it was made with, by which its orphans are found
  /// @param watcher told of the end of the tree; never of an exit
  Child adoptLeftovers(ProcessIdentity gone, String tag, ChildWatcher watcher);

  /// Those of `trees`, all made by [#adoptLeftovers], that have leftovers. One look for all of
  /// them: after a boot of the machine there may be a thousand.
  default List<Child> withLeftovers(List<Child> trees) {
    return trees.stream().filter(Child::hasLeftovers).toList();
  }

  /// The live main processes made for `home` by whatever daemon, by tag: what a crash between
  /// "made" and "recorded" leaves behind is found here.
  ///
  /// A child that leads a session of its own is not reported instead of a main process that lives;
  /// but when that has just died, such an orphan may be taken for it.
  ///
  /// @param tagPrefix what their tags begin with
  Map<String, ProcessIdentity> findTagged(String tagPrefix);

  /// All live processes that carry a tag of `home`, by tag, main processes or not, but for the
  /// daemon itself.
  ///
  /// @param tagPrefix what their tags begin with
  default Map<String, List<ProcessIdentity>> allTagged(String tagPrefix) {
    Map<String, List<ProcessIdentity>> all = new HashMap<>();
    findTagged(tagPrefix).forEach((tag, main) -> all.put(tag, List.of(main)));
    return all;
  }

  /// How many descriptors there are for the processes that are made and adopted here.
  ///
  /// @return empty where that is not known
  default Optional<OpenFiles> openFiles() {
    return Optional.empty();
  }

  /// The pipes that apps print into: always the same ones.
  ///
  /// @return empty on systems where apps write into their files themselves ([SpawnRequest#out])
  default Optional<LogPipes> logPipes() {
    return Optional.empty();
  }

  /// The listening sockets that apps share.
  ///
  /// @return empty on systems where sockets cannot be shared
  default Optional<ListenSockets> listenSockets() {
    return Optional.empty();
  }

  /// The sockets into which processes say how they are.
  ///
  /// @return empty on systems that have none
  default Optional<NotifySockets> notifySockets() {
    return Optional.empty();
  }

  /// Has a Java virtual machine print what its threads are doing to its own standard output: the
  /// first one in the tree under `main` that does so when it is asked. A JVM that would end of the
  /// question (`-Xrs`) is not asked.
  ///
  /// @return whether one was asked
  default boolean askForThreads(ProcessIdentity main) {
    return false;
  }

  /// Sends a message over the channel of a process that was made or adopted here, as [Child#send]
  /// does.
  ///
  /// @param json one JSON value
  /// @return whether it is on its way
  default boolean post(ProcessIdentity process, String json) {
    return false;
  }

  /// Writes to the standard input of whoever reads the pipe of [SpawnRequest#input], wholly or not
  /// at all. Never waits.
  ///
  /// @param input the pipe
  /// @param bytes what to write
  /// @return why it could not be, in a clause for the user: `it does not read its standard input`;
  ///   empty when it is written
  default Optional<String> type(Path input, byte[] bytes) {
    return Optional.of("this system has no pipe for its standard input");
  }

  /// Sends a message with a descriptor, in the form in which Node's `child_process` does:
  /// `{"cmd":"NODE_HANDLE","type":…,"msg":json}`. One at a time is on its way, what is sent
  /// meanwhile waits in order.
  ///
  /// @param json one JSON object
  /// @param handle what goes with it; stays open here
  /// @param taken told once, on a thread of the host, whether the process has taken it; false also
  ///   when it ended before
  /// @return whether it is on its way; when not, `taken` is not told
  default boolean post(
      ProcessIdentity process, String json, Handle handle, Consumer<Boolean> taken) {
    return false;
  }

  /// What the tree under `main` listens on over TCP: the main process, its descendants and its
  /// session.
  default List<Listening> listening(ProcessIdentity main) {
    return List.of();
  }

  /// The TCP sockets that any process listens on, in the daemon's part of the network. Blocks for
  /// some milliseconds.
  default Set<Listener> listeners() {
    return Set.of();
  }

  /// The kernel's numbers of all sockets that the tree under `main` has open.
  default Set<Long> sockets(ProcessIdentity main) {
    return Set.of();
  }

  /// How many TCP connections the tree under `main` has that came in through one of `ports`.
  default int connections(ProcessIdentity main, Set<Integer> ports) {
    return 0;
  }

  /// The log files of this system.
  LogDisk logDisk();

  /// What is done for apps with the rights of their users.
  default AppAccess appAccess() {
    return AppAccess.OF_DAEMON;
  }

  /// The link to a keeper, not yet opened.
  ///
  /// @param setup what the keeper is made of
  /// @param lost told, on a thread of the host, each time a keeper that was reached or started is
  ///   gone
  /// @return empty on systems where there is none
  default Optional<KeeperLink> keeper(KeeperSetup setup, Runnable lost) {
    return Optional.empty();
  }

  /// What the process uses now, or empty when it is gone.
  Optional<Usage> usage(ProcessIdentity identity);

  /// A variable of the environment that a process was started with; empty when it has no such one,
  /// or does not let us read it.
  default Optional<String> variable(ProcessIdentity process, String name) {
    return Optional.empty();
  }

  /// What the trees under some main processes use: the main process, its descendants and whatever
  /// else is in its session. One look at all processes serves all trees.
  ///
  /// @param mains main processes; those that are gone are not in the answer
  /// @param detail how much is asked for
  default Map<ProcessIdentity, TreeUsage> treeUsage(
      Collection<ProcessIdentity> mains, TreeUsage.Detail detail) {
    // Systems that do not show who belongs to whom.
    Map<ProcessIdentity, TreeUsage> usages = new HashMap<>();
    for (ProcessIdentity main : mains) {
      usage(main).ifPresent(usage -> usages.put(main, TreeUsage.ofOne(main, usage)));
    }
    return usages;
  }

  /// What the whole machine uses; empty where the system does not tell.
  default Optional<SystemUsage> systemUsage() {
    return Optional.empty();
  }

  /// Gives memory back to the system that starting this process needed and its work does not. To be
  /// called once, when the daemon has come to rest.
  default void releaseIdleMemory() {
    // Systems without such a call keep it.
  }

  /// Stops watching and reading. Children are left alone.
  @Override
  void close();
}
