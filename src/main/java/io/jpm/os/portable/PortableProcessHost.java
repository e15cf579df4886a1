package io.jpm.os.portable;

import io.jpm.model.RunAs;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.Usage;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.LogDisk;
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

/// `ProcessBuilder` and `ProcessHandle`, where nothing better works. It promises less:
///
/// - the output goes straight into the files, so the pipes are not used, and a truncated or full
///   file is the app's own affair;
/// - a child stays in the daemon's session, and its tree is who descends from it: processes whose
///   parent has died are missed, and [#findTagged] finds nothing;
/// - a death by signal looks like `exit 128+n`, and the exit of an adopted process is unknown;
/// - a request for another user, nice or umask ([SpawnRequest#runAs]) is refused;
/// - a request for a terminal is refused, and so is one with limits of the process
///   ([SpawnRequest#limits]); those of a group are not enforced;
/// - there is no channel: [Child#hasChannel] is false, and no process is told of one;
/// - arguments and values that are not text in the JVM's encoding are not passed exactly.
public final class PortableProcessHost implements ProcessHost {
  /// The JDK works start times out from the boot time, which the kernel rounds to a second.
  private static final long START_TOLERANCE_MILLIS = 1_000;

  private static final String BOOT_ID = "portable";

  private final LogDisk logDisk = new PortableLogDisk();
  private final Set<PortableChild> children = ConcurrentHashMap.newKeySet();

  @Override
  public SpawnResult spawn(SpawnRequest request, ChildWatcher watcher) {
    Optional<String> refusal = whyNot(request);
    if (refusal.isPresent()) {
      return new SpawnResult.Refused(refusal.get(), false);
    }
    try {
      // Made beforehand, so that the reason of a failure is known.
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
    command.set(0, request.program().toString()); // the JDK has no argv[0] of its own
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(request.environment());
    builder.environment().remove("NODE_CHANNEL_FD"); // another's: Node would take any descriptor
    builder.environment().put(SpawnRequest.TAG_VARIABLE, request.tag());
    return builder
        .directory(request.cwd().toFile())
        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
        .redirectOutput(Redirect.appendTo(request.out().file().toFile()))
        .redirectError(Redirect.appendTo(request.error().file().toFile()));
  }

  /// The JDK reports all of these as one error, so they are asked beforehand.
  private static Optional<String> whyNot(SpawnRequest request) {
    Path program = request.program();
    Path cwd = request.cwd();
    if (!request.runAs().equals(RunAs.DAEMON)) {
      return Optional.of(
          "this system cannot start an app as another user, in a sandbox, or with a nice or umask"
              + " of its own: leave out uid, gid, nice and umask, no_new_privileges, capabilities,"
              + " seccomp, private_tmp and read_only_paths");
    } else if (!request.limits().resources().isEmpty()) {
      return Optional.of(
          "this system cannot limit what an app uses: leave out limits, or memory, memory_high and"
              + " cpu alone, which are then not enforced");
    } else if (request.terminal()) {
      return Optional.of("this system cannot give an app a terminal: leave out pty");
    } else if (!Files.exists(cwd)) {
      return Optional.of("the working directory " + cwd + " does not exist");
    } else if (!Files.isDirectory(cwd)) {
      return Optional.of("the working directory " + cwd + " is not a folder");
    } else if (!Files.exists(program)) {
      return Optional.of(program + " does not exist");
    } else if (Files.isDirectory(program)) {
      return Optional.of(program + " is a folder, not a program");
    } else if (!Files.isExecutable(program)) {
      return Optional.of(program + " is not executable: chmod +x it or name an --interpreter");
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
    return new PortableLeftovers(gone, watcher, new AtomicBoolean());
  }

  @Override
  public Map<String, ProcessIdentity> findTagged(String tagPrefix) {
    return Map.of(); // the JDK does not show another process's environment
  }

  @Override
  public LogDisk logDisk() {
    return logDisk;
  }

  @Override
  public Optional<Usage> usage(ProcessIdentity identity) {
    return find(identity)
        .map(handle ->
            new Usage(
                residentBytes(handle.pid()),
                handle.info().totalCpuDuration().map(Duration::toNanos).orElse(0L)));
  }

  /// The JDK does not tell memory; where `/proc` exists it does, elsewhere 0 is shown.
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
