package io.jpm.os.linux.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import io.jpm.model.process.TreeUsage;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Children of the daemon that an app creates as its own siblings.
@Timeout(120)
class UnknownChildReaperTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /// Creates two siblings: one exits at once, one waits for a signal.
  private static final String SIBLINGS =
      """
      import ctypes, os, platform, signal, sys, time
      libc = ctypes.CDLL(None)
      beside = 0x8000 | signal.SIGCHLD
      for code in 3, None:
          pid = libc.syscall(220 if platform.machine() == "aarch64" else 56, beside, 0, 0, 0, 0)
          if pid == 0:
              if code is not None:
                  libc._exit(code)
              while True:
                  time.sleep(1000)
          print(pid, end=" " if code else "\\n", flush=True)
      time.sleep(1000)
      """;

  private HostFixture fixture;

  @BeforeEach
  void open(@TempDir Path dir) {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  private static boolean exists(int pid) {
    try (ProcReader reader = new ProcReader()) {
      return reader.stat(pid).isPresent();
    }
  }

  @Test
  @Needs(Need.PYTHON_FOR_ALL)
  void endedSiblingsOfAnAppAreReaped() throws Exception {
    Spawned app =
        fixture.start(
            fixture
                .request("obedient.sh")
                .withProgram(Path.of("/usr/bin/python3"), List.of("python3", "-c", SIBLINGS)));
    app.awaitOutput("\n");
    String[] pids = HostFixture.read(app.out()).strip().split(" ", -1);
    int ended = Integer.parseInt(pids[0]);
    int living = Integer.parseInt(pids[1]);
    assertThat(exists(ended)).isTrue();
    Process ofTheJdk = new ProcessBuilder("sh", "-c", "exit 7").start();
    Eventually.await(
        "the zombie is reaped",
        LONG,
        () -> {
          fixture.host().treeUsage(List.of(app.child().identity()), TreeUsage.Detail.BASIC);
          return !exists(ended);
        });
    assertThat(ofTheJdk.waitFor()).isEqualTo(7);
    assertThat(exists(living)).isTrue();

    app.child().signalTree(Signal.SIGKILL);
    app.watcher().awaitTreeGone();
    assertThat(app.watcher().awaitExit()).isEqualTo(new Exit.Signalled(9, false));
    assertThat(ProcReader.find(app.child().identity())).isEmpty();
    assertThat(isAlive(living)).isFalse();
  }

  private static boolean isAlive(int pid) {
    try (ProcReader reader = new ProcReader()) {
      return reader.stat(pid).filter(ProcStat::isAlive).isPresent();
    }
  }
}
