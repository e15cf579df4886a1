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

/// Hears of what the kernel does about the memory of one tree while its main process lives: it has
/// ended another process of it, or slows it down. Owned by the reactor's thread.
///
/// `memory.events` tells of each change like of urgent data, `cgroups(7)`. A tree that is held at
/// `memory.high` changes it a hundred times a second, so nothing is heard for a moment after each
/// change. In this moment the main process's end usually comes, should it be the one that was
/// ended.
public final class GroupMemory {
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int READ_BYTES = 1024;

  /// `PF_EXITING` of `/proc/PID/stat`.
  private static final long EXITING = 0x4;

  private static final long KILL = 1L << (9 - 1);

  private final int main;
  private final Reactor reactor;
  private final Cgroup group;
  private final ChildWatcher watcher;
  private int fd = -1;
  private Reactor.@Nullable Watch watch;
  private boolean over;

  /// @param main the main process
  /// @param watcher told of it
  public GroupMemory(int main, Reactor reactor, Cgroup group, ChildWatcher watcher) {
    this.main = main;
    this.reactor = reactor;
    this.group = group;
    this.watcher = watcher;
  }

  /// Tells what no daemon has told yet, and listens from now on.
  public void begin() {
    if (over) {
      return;
    }
    if (!listen()) {
      return; // a group without a controller for memory
    }
    Cgroup.Told before = group.told();
    long kills = group.memoryKills();
    boolean slowed = before.slowed() || group.wasSlowed();
    boolean told = kills == before.kills() && slowed == before.slowed();
    if (told || (kills > before.kills() && isEnding())) {
      return; // the end itself will tell that the kernel was the reason
    }
    group.tell(new Cgroup.Told(kills, slowed));
    if (kills > before.kills()) {
      watcher.partRanOutOfMemory(kills - before.kills());
    }
    if (slowed && !before.slowed()) {
      watcher.slowedForMemory();
    }
  }

  /// The main process has ended, or nobody wants to hear any more.
  public void end() {
    over = true;
    close();
  }

  /// A file tells of changes after its last reading, so it is opened anew and read once.
  private boolean listen() {
    close();
    Path file = group.folder().resolve("memory.events");
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

  /// Whether the main process was sent SIGKILL or is on its way out, which takes its time where
  /// much memory is to be given back.
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
    reactor.after(PAUSE_NANOS, this::begin);
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
