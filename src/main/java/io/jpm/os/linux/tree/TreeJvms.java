package io.jpm.os.linux.tree;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.TagVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Requests a thread dump from a JVM in a tree with SIGQUIT. This requires only the permission to
/// signal the JVM. The JDK's attach API would also require a JVM of a compatible version that
/// responds.
public final class TreeJvms {
  private static final String LIBRARY = "/libjvm.so";
  private static final String CAUGHT = "SigCgt:";

  private TreeJvms() {}

  /// Requests a thread dump from the first JVM of the tree, see
  /// [io.jpm.os.ProcessHost#requestThreadDump].
  public static boolean request(ProcessIdentity main, DaemonIdentity daemonIdentity) {
    try (ProcReader reader = new ProcReader()) {
      ProcessSnapshot snapshot =
          ProcessSnapshot.take(reader, new TagVerifier(daemonIdentity.user()));
      for (ProcStat stat : new TreeScan(snapshot, daemonIdentity).collect(main)) {
        if (request(stat, reader)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean request(ProcStat stat, ProcReader reader) {
    try (PidFd hold = PidFd.open(stat.pid())) {
      // Must be checked after the pidfd was opened, so that the process that was checked is the one
      // that is signaled.
      return reader.stat(stat.pid()).filter(now -> now.startTime() == stat.startTime()).isPresent()
          && printsThreads(stat.pid())
          && hold.send(Signal.SIGQUIT) == 0;
    } catch (PidFd.OpenException gone) {
      return false;
    }
  }

  /// Reports whether the process is a JVM that catches SIGQUIT. The signal would terminate any
  /// other process.
  private static boolean printsThreads(int pid) {
    Path folder = Path.of("/proc/" + pid);
    try (Stream<String> maps = Files.lines(folder.resolve("maps"), StandardCharsets.ISO_8859_1)) {
      return catchesQuit(folder) && maps.anyMatch(line -> line.endsWith(LIBRARY));
    } catch (IOException | UncheckedIOException goneOrNotPermitted) {
      return false;
    }
  }

  private static boolean catchesQuit(Path folder) throws IOException {
    Optional<String> caught =
        Files.readAllLines(folder.resolve("status"), StandardCharsets.ISO_8859_1).stream()
            .filter(line -> line.startsWith(CAUGHT))
            .findFirst();
    return caught
        .map(line -> Long.parseUnsignedLong(line.substring(CAUGHT.length()).strip(), 16))
        .filter(mask -> (mask & (1L << (Signal.SIGQUIT.number() - 1))) != 0)
        .isPresent();
  }
}
