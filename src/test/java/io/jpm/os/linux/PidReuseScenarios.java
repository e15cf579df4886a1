package io.jpm.os.linux;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.ProcListing;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Runs as the first process of its own pid namespace, where pids can be reused at will, and prints
/// what happens to another process that received a known pid.
final class PidReuseScenarios {
  private static final Path LAST_PID = Path.of("/proc/sys/kernel/ns_last_pid");
  private static final int MOST_ATTEMPTS = 200;

  private final HostFixture fixture;

  private PidReuseScenarios(HostFixture fixture) {
    this.fixture = fixture;
  }

  /// Runs both scenarios.
  ///
  /// @param arguments an empty directory
  public static void main(String[] arguments) throws IOException {
    try (HostFixture fixture = new HostFixture(new LinuxProcessHost(), Path.of(arguments[0]))) {
      PidReuseScenarios space = new PidReuseScenarios(fixture);
      space.reuseOfTheMainPid();
      space.reuseOfAMemberPid();
    }
  }

  private void reuseOfTheMainPid() throws IOException {
    Spawned app = fixture.start("obedient.sh");
    app.awaitReady();
    ProcessIdentity recorded = app.child().identity();
    awaitLaterTick(recorded.startTime());
    long inode = inodeOf(recorded.pid());
    app.end();

    ProcessIdentity stranger = startOtherProcessWithPid(recorded.pid());
    print(
        "main: another inode",
        inode > 0 && inodeOf(recorded.pid()) > 0 && inodeOf(recorded.pid()) != inode);
    try (LinuxProcessHost next = new LinuxProcessHost()) {
      RecordedWatcher watcher = new RecordedWatcher();
      print("main: adopted", next.adopt(recorded, fixture.tag(1, 1), watcher).isPresent());
      print("main: usage", next.usage(recorded).isPresent());
      print("main: exit", next.exitOf(recorded));
      Child leftovers = next.adoptLeftovers(recorded, fixture.tag(1, 1), watcher);
      print("main: leftovers", leftovers.hasLeftovers());
      leftovers.signalMain(Signal.SIGKILL);
      leftovers.signalTree(Signal.SIGKILL);
      watcher.awaitTreeGone();
    }
    // The daemon that started the app still holds the child.
    app.child().signalMain(Signal.SIGKILL);
    app.child().signalTree(Signal.SIGKILL);
    print("main: stranger lives", lives(stranger));
  }

  private void reuseOfAMemberPid() throws IOException {
    Spawned app = fixture.start("deaf.sh");
    app.awaitReady();
    ProcessIdentity member = awaitChildOf(app.pid());
    awaitLaterTick(member.startTime());
    app.child().signalTree(Signal.SIGTERM);
    Eventually.await("the member has a pidfd", HostFixture.DEADLINE, () -> hasPidFd(member.pid()));
    Libc.kill(member.pid(), Signal.SIGKILL.number()); // the parent reaps it
    Eventually.await(
        "the member is gone", HostFixture.DEADLINE, () -> ProcReader.find(member).isEmpty());

    ProcessIdentity stranger = startOtherProcessWithPid(member.pid());
    app.child().signalTree(Signal.SIGTERM);
    app.end();
    print("member: app lives", HostFixture.isAlive(app.pid()));
    print("member: stranger lives", lives(stranger));
  }

  /// Starts unrelated processes until one of them has the pid.
  private ProcessIdentity startOtherProcessWithPid(int pid) throws IOException {
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      SpawnRequest request = fixture.request("/bin/sleep", "1000");
      Files.writeString(LAST_PID, Integer.toString(pid - 1));
      if (fixture.host().spawn(request, new RecordedWatcher())
              instanceof SpawnResult.Started(Child child)
          && child.identity().pid() == pid) {
        return child.identity();
      }
    }
    throw new AssertionError("no process got pid " + pid);
  }

  /// Returns the inode of the process, 0 if there is no such process.
  private static long inodeOf(int pid) {
    try (ProcReader reader = new ProcReader()) {
      ProcListing listing = reader.listing();
      for (int i = 0; i < listing.size(); i++) {
        if (listing.pid(i) == pid) {
          return listing.inode(i);
        }
      }
      return 0;
    }
  }

  private static void awaitLaterTick(long startTime) {
    Eventually.await(
        "the clock has advanced by a tick",
        HostFixture.DEADLINE,
        () -> ProcReader.ticksNow() > startTime + 1);
  }

  private static ProcessIdentity awaitChildOf(int parent) {
    ProcessIdentity[] found = new ProcessIdentity[1];
    Eventually.await(
        parent + " has a child",
        HostFixture.DEADLINE,
        () -> {
          try (ProcReader reader = new ProcReader()) {
            for (int pid : reader.pids()) {
              reader
                  .stat(pid)
                  .filter(stat -> stat.parent() == parent)
                  .ifPresent(stat ->
                      found[0] =
                          new ProcessIdentity(ProcReader.bootId(), stat.pid(), stat.startTime()));
            }
          }
          return found[0] != null;
        });
    return found[0];
  }

  /// Reports whether this JVM has a pidfd of the process, `proc_pid_fdinfo(5)`.
  private static boolean hasPidFd(int pid) {
    try (var files = Files.list(Path.of("/proc/self/fdinfo"))) {
      return files.anyMatch(file -> HostFixture.read(file).contains("\nPid:\t" + pid + "\n"));
    } catch (IOException | java.io.UncheckedIOException changing) {
      return false;
    }
  }

  private static boolean lives(ProcessIdentity identity) {
    return ProcReader.find(identity).filter(ProcStat::isAlive).isPresent();
  }

  private static void print(String what, Object answer) {
    System.out.println(what + ": " + answer);
  }
}
