package io.jpm.os;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.ProcessUsage;
import io.jpm.model.process.SystemUsage;
import io.jpm.model.process.TreeUsage;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Creates, adopts, inspects and signals processes of the operating system. All methods may block
/// for some milliseconds and must not be called on an event loop. They are safe to call from
/// several threads.
public interface ProcessHost extends AutoCloseable {
  /// Creates a process in a session of its own.
  ///
  /// @param request the process to create
  /// @param watcher called when the process ends, on a thread of the host: must hand over and
  ///   return. If the process ends immediately, the call may come before this method returns.
  /// @return the running child, or the reason why it could not be created; a refusal leaves nothing
  ///   behind
  SpawnResult spawn(SpawnRequest request, ChildWatcher watcher);

  /// Adopts a process that an earlier daemon created.
  ///
  /// @param identity the process as recorded
  /// @param tag the process tag it was created with ([SpawnRequest#tag]), by which orphans of its
  ///   tree are found
  /// @param watcher called when the process ends, as for [#spawn]
  /// @return the child, or empty if the process no longer exists (another process that has its pid
  ///   does not count)
  Optional<Child> adopt(ProcessIdentity identity, String tag, ChildWatcher watcher);

  /// Returns how a process of a former daemon ended while no daemon was running.
  ///
  /// @param identity the process as recorded, already ended
  /// @return the exit as far as the kernel still reports it; [Exit.Unknown] with the reason if it
  ///   does not
  default Exit exitOf(ProcessIdentity identity) {
    return new Exit.Unknown("it ended while no daemon was running");
  }

  /// Confirms that the exits returned by [#exitOf] were recorded. Until this call, a next daemon
  /// gets the same answers if this one is killed.
  default void acknowledgeExits() {
    // Without stored exits there is nothing to release.
  }

  /// Reports whether the kernel has killed a process of a tree because of its memory limit and no
  /// daemon has reported that yet. Must be asked before the instance of the tree gets a new
  /// process.
  ///
  /// @param tag process tag of a tree whose main process has ended
  /// @return false also if this is not known
  default boolean ranOutOfMemory(String tag) {
    return false;
  }

  /// Adopts the leftovers of a tree whose main process is known to have ended while no daemon was
  /// running. The methods of the child behave as follows:
  ///
  /// - [Child#identity] is `gone`;
  /// - [Child#hasLeftovers] walks over all processes, which may block for some milliseconds;
  /// - [Child#signalTree] ends the leftovers; [ChildWatcher#treeGone] is called even if there were
  ///   none;
  /// - [Child#signalMain] does nothing.
  ///
  /// @param gone the main process as recorded
  /// @param tag the process tag it was created with, by which its orphans are found
  /// @param watcher called when the tree has ended; never for an exit
  Child adoptLeftovers(ProcessIdentity gone, String tag, ChildWatcher watcher);

  /// Returns those of `trees`, all created by [#adoptLeftovers], that have leftovers. One walk over
  /// all processes serves all trees: after a boot of the machine there may be a thousand.
  default List<Child> withLeftovers(List<Child> trees) {
    return trees.stream().filter(Child::hasLeftovers).toList();
  }

  /// Returns the live main processes that any daemon has created for the home, by process tag. This
  /// finds processes that a crash left behind between their creation and their entry in the
  /// journal.
  ///
  /// A child that leads a session of its own is not returned if the main process is running; if the
  /// main process has just ended, such an orphan may be taken for it.
  ///
  /// @param tagPrefix common prefix of their tags
  Map<String, ProcessIdentity> findTagged(String tagPrefix);

  /// Returns all live processes with a process tag of the home, by tag: main processes and others,
  /// except the daemon itself.
  ///
  /// @param tagPrefix common prefix of their tags
  default Map<String, List<ProcessIdentity>> findAllTagged(String tagPrefix) {
    Map<String, List<ProcessIdentity>> all = new HashMap<>();
    findTagged(tagPrefix).forEach((tag, main) -> all.put(tag, List.of(main)));
    return all;
  }

  /// Returns the budget of descriptors for processes that are created and adopted here.
  ///
  /// @return empty if it is not known
  default Optional<DescriptorBudget> descriptorBudget() {
    return Optional.empty();
  }

  /// Returns the reader of the pipes that apps print into, always the same object.
  ///
  /// @return empty on systems where apps write to their files directly ([SpawnRequest#out])
  default Optional<LogPipeReader> logPipeReader() {
    return Optional.empty();
  }

  /// Returns the listening sockets that apps share.
  ///
  /// @return empty on systems where sockets cannot be shared
  default Optional<ListenSocketRegistry> listenSockets() {
    return Optional.empty();
  }

  /// Returns the factory of notify sockets.
  ///
  /// @return empty on systems without notify sockets
  default Optional<NotifySockets> notifySockets() {
    return Optional.empty();
  }

  /// Requests a thread dump from the first Java virtual machine in the tree under `main` that
  /// supports it; the JVM prints the dump to its own standard output. A JVM that the request would
  /// terminate (`-Xrs`) is skipped.
  ///
  /// @return whether a dump was requested
  default boolean requestThreadDump(ProcessIdentity main) {
    return false;
  }

  /// Sends a message over the IPC channel of a process that was created or adopted here, as
  /// [Child#send] does.
  ///
  /// @param json one JSON value
  /// @return whether it was sent or queued
  default boolean send(ProcessIdentity process, String json) {
    return false;
  }

  /// Writes to the standard input of the process that reads the pipe of [SpawnRequest#input].
  /// Writes all bytes or none, and never blocks.
  ///
  /// @param input the pipe
  /// @param bytes the bytes to write
  /// @return the reason why they were not written, a clause for the user such as `it does not read
  ///   its standard input`; empty if they were written
  default Optional<String> writeInput(Path input, byte[] bytes) {
    return Optional.of("this system has no pipe for its standard input");
  }

  /// Sends a message with a descriptor in the format of Node's `child_process`:
  /// `{"cmd":"NODE_HANDLE","type":…,"msg":json}`. One such message is in transit at a time; later
  /// messages wait in order.
  ///
  /// @param json one JSON object
  /// @param sendHandle the descriptor to send; stays open in the daemon
  /// @param taken called once, on a thread of the host, with whether the process has received the
  ///   descriptor; false also if the process ended before
  /// @return whether it was sent or queued; if false, `taken` is not called
  default boolean send(
      ProcessIdentity process, String json, SendHandle sendHandle, Consumer<Boolean> taken) {
    return false;
  }

  /// Returns the TCP sockets that the tree under `main` listens on: the main process, its
  /// descendants and its session.
  default List<TreeListener> listenersOf(ProcessIdentity main) {
    return List.of();
  }

  /// Returns the TCP sockets that any process in the daemon's network namespace listens on. Blocks
  /// for some milliseconds.
  default Set<TcpListener> listeners() {
    return Set.of();
  }

  /// Returns the inode numbers of all sockets that the tree under `main` has open.
  default Set<Long> sockets(ProcessIdentity main) {
    return Set.of();
  }

  /// Returns the number of TCP connections of the tree under `main` that were accepted at one of
  /// `ports`.
  default int connections(ProcessIdentity main, Set<Integer> ports) {
    return 0;
  }

  /// Returns the access to log files on this system.
  LogFileSystem logFileSystem();

  /// Returns the access to files and programs with the credentials of apps' users.
  default AppAccess appAccess() {
    return AppAccess.OF_DAEMON;
  }

  /// Returns a client for the keeper that is not connected yet.
  ///
  /// @param setup paths and variables of the keeper
  /// @param lost called, on a thread of the host, each time a keeper that was found or started has
  ///   ended
  /// @return empty on systems without a keeper
  default Optional<KeeperClient> keeperClient(KeeperSetup setup, Runnable lost) {
    return Optional.empty();
  }

  /// Returns the current resource usage of a process; empty if it has ended.
  Optional<ProcessUsage> usage(ProcessIdentity identity);

  /// Returns a variable of the environment that a process was started with; empty if it is not set
  /// or cannot be read.
  default Optional<String> environmentVariable(ProcessIdentity process, String name) {
    return Optional.empty();
  }

  /// Returns the resource usage of the trees under some main processes: the main process, its
  /// descendants and all other processes in its session. One walk over all processes serves all
  /// trees.
  ///
  /// @param mains main processes; those that have ended are not in the result
  /// @param detail how much is measured
  default Map<ProcessIdentity, TreeUsage> treeUsage(
      Collection<ProcessIdentity> mains, TreeUsage.Detail detail) {
    // For systems that do not show the members of a tree.
    Map<ProcessIdentity, TreeUsage> usages = new HashMap<>();
    for (ProcessIdentity main : mains) {
      usage(main).ifPresent(processUsage -> usages.put(main, TreeUsage.ofOne(main, processUsage)));
    }
    return usages;
  }

  /// Returns the resource usage of the whole machine; empty if the system does not report it.
  default Optional<SystemUsage> systemUsage() {
    return Optional.empty();
  }

  /// Returns memory to the system that only the startup of this process needed. Must be called
  /// once, after startup has finished.
  default void releaseIdleMemory() {
    // Systems without such a call keep the memory.
  }

  /// Stops monitoring and reading. Children keep running.
  @Override
  void close();
}
