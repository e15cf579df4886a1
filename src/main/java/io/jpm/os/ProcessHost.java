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

/// Creates, adopts, inspects and signals processes of the operating system. Unless they state
/// otherwise, methods may block for some milliseconds and must not be called on an event loop. All
/// methods are thread-safe.
public interface ProcessHost extends AutoCloseable {
  /// Creates a process in a session of its own.
  ///
  /// @param request the process to create
  /// @param watcher receives the exit of the process on a thread of the host; it must pass the
  ///   event on and return immediately. If the process exits immediately, the watcher may be called
  ///   before this method returns.
  /// @return the running child, or the reason why it could not be created. A failed spawn leaves
  ///   nothing behind.
  SpawnResult spawn(SpawnRequest request, ChildWatcher watcher);

  /// Adopts a process that an earlier daemon created.
  ///
  /// @param identity the process as recorded
  /// @param tag the process tag it was created with ([SpawnRequest#tag]), by which orphans of its
  ///   tree are found
  /// @param watcher receives the exit of the process, as for [#spawn]
  /// @return the child; empty if the process no longer exists, even if another process now has its
  ///   pid
  Optional<Child> adopt(ProcessIdentity identity, String tag, ChildWatcher watcher);

  /// Returns how a process of a former daemon exited while no daemon was running.
  ///
  /// @param identity the process as recorded, which must have exited
  /// @return the exit, or [Exit.Unknown] with the reason if the kernel no longer reports it
  default Exit exitOf(ProcessIdentity identity) {
    return new Exit.Unknown("it ended while no daemon was running");
  }

  /// Confirms that the exits returned by [#exitOf] were recorded. If the daemon is killed before
  /// this call, the next daemon receives the same answers.
  default void acknowledgeExits() {
    // This implementation does not store exits.
  }

  /// Reports whether the kernel has killed a process of a tree because the tree exceeded its memory
  /// limit, and no daemon has reported this kill yet. Must be called before the instance spawns its
  /// next process.
  ///
  /// @param tag the process tag of a tree whose main process has exited
  /// @return whether a process was killed; false if this cannot be determined
  default boolean ranOutOfMemory(String tag) {
    return false;
  }

  /// Adopts the leftovers of a tree whose main process exited while no daemon was running. Returns
  /// immediately and may be called on an event loop, but only after a call of another method has
  /// returned, because creating the host takes about 0.1 s. The returned child behaves as follows:
  ///
  /// - [Child#identity] returns `gone`.
  /// - [Child#hasLeftovers] scans all processes, which may block for some milliseconds.
  /// - [Child#signalTree] signals the leftovers. [ChildWatcher#treeGone] is called even if there
  ///   are none.
  /// - [Child#signalMain] does nothing.
  ///
  /// @param gone the main process as recorded
  /// @param tag the process tag it was created with, by which its orphans are found
  /// @param watcher called when the tree is gone; never called for an exit
  Child adoptLeftovers(ProcessIdentity gone, String tag, ChildWatcher watcher);

  /// Returns those of `trees` that have leftovers. All of them must have been created by
  /// [#adoptLeftovers]. A single scan of all processes covers all trees, of which there may be a
  /// thousand after a reboot.
  default List<Child> withLeftovers(List<Child> trees) {
    return trees.stream().filter(Child::hasLeftovers).toList();
  }

  /// Returns the live main processes that any daemon has created for the home, by process tag. They
  /// include processes that were created but not yet recorded in the journal when the daemon
  /// crashed.
  ///
  /// A child process that leads its own session is not returned while the main process is running.
  /// If the main process has just exited, such a child may be mistaken for the main process.
  ///
  /// @param tagPrefix the common prefix of the process tags
  Map<String, ProcessIdentity> findTagged(String tagPrefix);

  /// Returns all live processes with a process tag of the home, by tag. These are main processes
  /// and their descendants, but not the daemon itself.
  ///
  /// @param tagPrefix the common prefix of the process tags
  default Map<String, List<ProcessIdentity>> findAllTagged(String tagPrefix) {
    Map<String, List<ProcessIdentity>> all = new HashMap<>();
    findTagged(tagPrefix).forEach((tag, main) -> all.put(tag, List.of(main)));
    return all;
  }

  /// Returns the descriptor budget for processes that this host creates and adopts.
  ///
  /// @return the budget; empty if it is not known
  default Optional<DescriptorBudget> descriptorBudget() {
    return Optional.empty();
  }

  /// Returns the reader of the pipes to which apps write their output. Always returns the same
  /// object.
  ///
  /// @return the reader; empty on systems where apps write to their files directly
  ///   ([SpawnRequest#out])
  default Optional<LogPipeReader> logPipeReader() {
    return Optional.empty();
  }

  /// Returns the registry of listening sockets that apps share.
  ///
  /// @return the registry; empty on systems where sockets cannot be shared
  default Optional<ListenSocketRegistry> listenSockets() {
    return Optional.empty();
  }

  /// Returns the factory of notify sockets.
  ///
  /// @return the factory; empty on systems without notify sockets
  default Optional<NotifySockets> notifySockets() {
    return Optional.empty();
  }

  /// Requests a thread dump from the first Java virtual machine in the tree of `main` that supports
  /// it. The JVM prints the dump to its own standard output. A JVM that the request would terminate
  /// (`-Xrs`) is skipped.
  ///
  /// @return whether a dump was requested
  default boolean requestThreadDump(ProcessIdentity main) {
    return false;
  }

  /// Sends a message over the IPC channel of a process that this host has created or adopted, like
  /// [Child#send].
  ///
  /// @param json one JSON value
  /// @return whether the message was sent or queued
  default boolean send(ProcessIdentity process, String json) {
    return false;
  }

  /// Writes to the standard input of the process that reads the pipe in [SpawnRequest#input].
  /// Writes all bytes or none, and never blocks. If another program writes to the pipe at the same
  /// time, a part may be written, and the reason states how many bytes.
  ///
  /// @param input the pipe
  /// @param bytes the bytes to write
  /// @return the reason why the bytes were not written, as a clause for the user such as `it does
  ///   not read its standard input`; empty if all of them were written
  default Optional<String> writeInput(Path input, byte[] bytes) {
    return Optional.of("writing to its standard input is not supported on this system");
  }

  /// Sends a message with a descriptor in the format of Node's `child_process`:
  /// `{"cmd":"NODE_HANDLE","type":…,"msg":json}`. Only one such message is in transit at a time;
  /// later messages wait in order.
  ///
  /// @param json one JSON object
  /// @param sendHandle the descriptor to send; stays open in the daemon
  /// @param taken called once, on a thread of the host: with true if the process has received the
  ///   descriptor, with false if it has refused the descriptor or has exited
  /// @return whether the message was sent or queued; if false, `taken` is not called
  default boolean send(
      ProcessIdentity process, String json, SendHandle sendHandle, Consumer<Boolean> taken) {
    return false;
  }

  /// Returns the TCP sockets on which the tree of `main` listens. The tree consists of the main
  /// process, its descendants and the processes in its session.
  default List<TreeListener> listenersOf(ProcessIdentity main) {
    return List.of();
  }

  /// Returns the TCP sockets on which any process in the daemon's network namespace listens. Blocks
  /// for some milliseconds.
  default Set<TcpListener> listeners() {
    return Set.of();
  }

  /// Returns the inode numbers of all sockets that the tree of `main` has open.
  default Set<Long> sockets(ProcessIdentity main) {
    return Set.of();
  }

  /// Returns the number of TCP connections that processes in the tree of `main` have accepted on
  /// one of `ports`.
  default int connections(ProcessIdentity main, Set<Integer> ports) {
    return 0;
  }

  /// Returns the file system through which log files are accessed.
  LogFileSystem logFileSystem();

  /// Returns the object that reads files and prepares programs with the credentials of an app's
  /// user.
  default AppAccess appAccess() {
    return AppAccess.OF_DAEMON;
  }

  /// Returns a client for the keeper that is not connected yet.
  ///
  /// @param setup the paths and variables of the keeper
  /// @param lost called on a thread of the host each time a keeper that was found or started has
  ///   exited
  /// @return the client; empty on systems without a keeper
  default Optional<KeeperClient> keeperClient(KeeperSetup setup, Runnable lost) {
    return Optional.empty();
  }

  /// Returns the current resource usage of a process; empty if it has exited.
  Optional<ProcessUsage> usage(ProcessIdentity identity);

  /// Returns a variable of the environment that a process was started with; empty if the variable
  /// is not set or cannot be read.
  default Optional<String> environmentVariable(ProcessIdentity process, String name) {
    return Optional.empty();
  }

  /// Returns the resource usage of the trees of some main processes. A tree contains the main
  /// process, its descendants and all other processes in its session. A single scan of all
  /// processes covers all trees.
  ///
  /// @param mains the main processes; those that have exited are not in the result
  /// @param detail the values to measure
  default Map<ProcessIdentity, TreeUsage> treeUsage(
      Collection<ProcessIdentity> mains, TreeUsage.Detail detail) {
    // For systems that do not report the members of a tree.
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

  /// Releases memory to the system that this process needed only for its startup. Must be called
  /// once, after startup has finished.
  default void releaseIdleMemory() {
    // Systems without such a call keep the memory allocated.
  }

  /// Stops monitoring processes and reading their output. The processes keep running.
  @Override
  void close();
}
