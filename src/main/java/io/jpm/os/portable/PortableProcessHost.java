package io.jpm.os.portable;

import io.jpm.model.RunAs;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.ProcessUsage;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.LogFileSystem;
import io.jpm.os.ProcessHost;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Controls processes with `ProcessBuilder` and `ProcessHandle`, on systems other than those that
/// the Linux host supports. It offers weaker guarantees than the Linux host:
///
/// - Output is written directly to the files, without pipes. The app itself must deal with a
///   truncated file or a full disk.
/// - A child stays in the daemon's session, and its tree consists of its descendants. Processes
///   whose parent has exited are not found, and [#findTagged] finds nothing.
/// - Termination by signal `n` is reported as exit code `128+n`, and the exit of an adopted process
///   is unknown.
/// - A request for another user, a nice value or a umask ([SpawnRequest#runAs]) is refused.
/// - A request for a terminal, or for limits of the process itself ([SpawnRequest#limits]), is
///   refused. Limits that require a cgroup are not enforced.
/// - IPC channels are not available: [Child#hasIpcChannel] returns false, and the environment of a
///   process does not contain `NODE_CHANNEL_FD`.
/// - Arguments and environment variables are passed unchanged only if the JVM's encoding can
///   represent them.
public final class PortableProcessHost implements ProcessHost {
  /// The JDK derives start times from the boot time, which the kernel rounds to one second.
  private static final long START_TOLERANCE_MILLIS = 1_000;

  private static final String BOOT_ID = "portable";

  private final LogFileSystem logDisk = new PortableLogFileSystem();
  private final Set<PortableChild> children = ConcurrentHashMap.newKeySet();

  @Override
  public SpawnResult spawn(SpawnRequest request, ChildWatcher watcher) {
    Optional<String> refusal = whyNot(request);
    if (refusal.isPresent()) {
      return new SpawnResult.Refused(refusal.get(), false);
    }
    try {
      // The files are created in advance so that the reason for a failure is known.
      logDisk.open(request.out().file(), RunAs.DAEMON).close();
      logDisk.open(request.error().file(), RunAs.DAEMON).close();
      Process process = builder(request).start();
      return new SpawnResult.Started(watch(process.toHandle(), Optional.of(process), watcher));
    } catch (IOException | IllegalArgumentException e) {
      return new SpawnResult.Refused(
          request.program() + " cannot be started: " + e.getMessage(), false);
    }
  }

  private static ProcessBuilder builder(SpawnRequest request) {
    List<String> command = new ArrayList<>(request.argv());
    command.set(0, request.program().toString()); // the JDK cannot set a different argv[0]
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(request.environment());
    builder.environment().remove("NODE_CHANNEL_FD"); // names an unrelated descriptor
    builder.environment().put(SpawnRequest.TAG_VARIABLE, request.tag());
    return builder
        .directory(request.cwd().toFile())
        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
        .redirectOutput(Redirect.appendTo(request.out().file().toFile()))
        .redirectError(Redirect.appendTo(request.error().file().toFile()));
  }

  /// Returns the reason for refusing the request; empty if there is none. It is determined in
  /// advance, because the JDK reports all of these problems as the same error.
  private static Optional<String> whyNot(SpawnRequest request) {
    Path program = request.program();
    Path cwd = request.cwd();
    if (!request.runAs().equals(RunAs.DAEMON)) {
      return Optional.of(
          "apps cannot run as another user, in a sandbox, or with their own nice value or umask on"
              + " this system: remove uid, gid, nice, umask, no_new_privileges, capabilities,"
              + " seccomp, private_tmp and read_only_paths");
    } else if (!request.limits().resources().isEmpty()) {
      return Optional.of(
          "resource limits are not supported on this system: remove limits, or keep only memory,"
              + " memory_high and cpu in it, which are ignored");
    } else if (request.terminal()) {
      return Optional.of("terminals are not supported on this system: remove pty");
    } else if (!Files.exists(cwd)) {
      return Optional.of("the working directory " + cwd + " does not exist");
    } else if (!Files.isDirectory(cwd)) {
      return Optional.of("the working directory " + cwd + " is not a directory");
    } else if (!Files.exists(program)) {
      return Optional.of(program + " does not exist");
    } else if (Files.isDirectory(program)) {
      return Optional.of(program + " is a directory, not a program");
    } else if (!Files.isExecutable(program)) {
      return Optional.of(program + " is not executable: run chmod +x on it, or set --interpreter");
    } else {
      return Optional.empty();
    }
  }

  private PortableChild watch(
      ProcessHandle handle, Optional<Process> process, ChildWatcher watcher) {
    PortableChild child =
        new PortableChild(identity(handle), handle, process, watcher, children::remove);
    children.add(child);
    child.begin();
    return child;
  }

  private static ProcessIdentity identity(ProcessHandle handle) {
    return new ProcessIdentity(BOOT_ID, (int) handle.pid(), startMillis(handle));
  }

  private static long startMillis(ProcessHandle handle) {
    return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  @Override
  public Optional<Child> adopt(ProcessIdentity identity, String tag, ChildWatcher watcher) {
    return find(identity).map(handle -> watch(handle, Optional.empty(), watcher));
  }

  private static Optional<ProcessHandle> find(ProcessIdentity identity) {
    return ProcessHandle.of(identity.pid())
        .filter(ProcessHandle::isAlive)
        .filter(handle -> identity.bootId().equals(BOOT_ID))
        .filter(handle ->
            Math.abs(startMillis(handle) - identity.startTime()) <= START_TOLERANCE_MILLIS);
  }

  @Override
  public Child adoptLeftovers(ProcessIdentity gone, String tag, ChildWatcher watcher) {
    return new PortableLeftoverTree(gone, watcher, new AtomicBoolean());
  }

  @Override
  public Map<String, ProcessIdentity> findTagged(String tagPrefix) {
    return Map.of(); // the JDK cannot read the environment of other processes
  }

  @Override
  public LogFileSystem logFileSystem() {
    return logDisk;
  }

  @Override
  public Optional<ProcessUsage> usage(ProcessIdentity identity) {
    return find(identity)
        .map(handle ->
            new ProcessUsage(
                residentBytes(handle.pid()),
                handle.info().totalCpuDuration().map(Duration::toNanos).orElse(0L)));
  }

  /// Returns the resident memory of a process. The JDK does not provide it, so it is read from
  /// `/proc`; 0 on systems without `/proc`.
  private static long residentBytes(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException noProc) {
      return 0;
    }
  }

  @Override
  public void close() {
    children.forEach(PortableChild::release);
  }
}
