package io.jpm.os.linux.cgroup;

import io.jpm.os.ChildWatcher;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Monitors how the kernel enforces the memory limits of one tree while its main process is
/// running. It reports when the kernel kills other processes of the tree or throttles the tree.
/// Confined to the reactor's thread.
///
/// The kernel signals each change of `memory.events` as an exceptional condition, `EPOLLPRI`
/// (`cgroups(7)`). A tree at `memory.high` changes the file about a hundred times per second, so
/// the monitor pauses for one second after each change. If the main process itself was killed, its
/// exit usually arrives during that pause.
public final class CgroupMemoryMonitor {
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int READ_BYTES = 1024;

  /// `PF_EXITING` in the flags field of `/proc/PID/stat`.
  private static final long EXITING = 0x4;

  private static final long KILL = 1L << (9 - 1);

  private final int main;
  private final Reactor reactor;
  private final Cgroup group;
  private final ChildWatcher watcher;
  private int fd = -1;
  private Reactor.@Nullable Watch watch;
  private boolean over;

  /// Creates a monitor, which does nothing until [#start] is called.
  ///
  /// @param main the pid of the main process
  /// @param watcher receives the reports
  public CgroupMemoryMonitor(int main, Reactor reactor, Cgroup group, ChildWatcher watcher) {
    this.main = main;
    this.reactor = reactor;
    this.group = group;
    this.watcher = watcher;
  }

  /// Starts monitoring and reports the events that no daemon has reported yet.
  public void start() {
    if (over) {
      return;
    }
    if (!listen()) {
      return; // the cgroup has no memory controller
    }
    Cgroup.ReportedMemoryEvents before = group.reportedEvents();
    long kills = group.memoryKills();
    boolean slowed = before.throttled() || group.wasThrottled();
    boolean told = kills == before.kills() && slowed == before.throttled();
    if (told || (kills > before.kills() && isEnding())) {
      return; // the exit of the main process will report the kill
    }
    group.setReportedEvents(new Cgroup.ReportedMemoryEvents(kills, slowed));
    if (kills > before.kills()) {
      watcher.descendantOutOfMemory(kills - before.kills());
    }
    if (slowed && !before.throttled()) {
      watcher.memoryThrottled();
    }
  }

  /// Stops monitoring. Called when the main process has exited or the reports are no longer needed.
  public void stop() {
    over = true;
    close();
  }

  /// Opens `memory.events` again and reads it once, because the kernel signals only changes after
  /// the last read.
  private boolean listen() {
    close();
    Path file = group.directory().resolve("memory.events");
    fd = Libc.open(file, Libc.O_RDONLY, 0);
    if (fd < 0) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      Libc.read(fd, arena.allocate(READ_BYTES));
    }
    watch = reactor.watch(fd, _ -> changed());
    return watch.add(Libc.EPOLLPRI) == 0;
  }

  /// Reports whether the main process has a pending SIGKILL or is exiting. The exit takes a while
  /// if the kernel has to free a lot of memory.
  private boolean isEnding() {
    try (ProcReader reader = new ProcReader()) {
      Optional<ProcStat> stat = reader.stat(main);
      return stat.isEmpty()
          || (stat.get().flags() & EXITING) != 0
          || Files.readAllLines(Path.of("/proc/" + main + "/status"), StandardCharsets.ISO_8859_1)
              .stream()
              .filter(line -> line.startsWith("SigPnd:") || line.startsWith("ShdPnd:"))
              .map(line -> line.substring("SigPnd:".length()).strip())
              .anyMatch(pending -> (Long.parseUnsignedLong(pending, 16) & KILL) != 0);
    } catch (IOException gone) {
      return true;
    }
  }

  private void changed() {
    close();
    reactor.after(PAUSE_NANOS, this::start);
  }

  private void close() {
    if (watch != null) {
      watch.remove();
      watch = null;
    }
    if (fd >= 0) {
      Libc.close(fd);
      fd = -1;
    }
  }
}
