package io.jpm.god;

import io.jpm.model.AppSpec;
import io.jpm.model.InstanceId;
import io.jpm.os.LogPipe;
import java.nio.file.Path;
import java.time.Instant;

/// Where the files of an instance are.
///
/// PM2's names: `<name>-out.log`, with `-<id>` before the extension where the app has several
/// instances; pid files always carry the id.
///
/// @param out standard output's way
/// @param error standard error's way
/// @param pidFile the pid, for people and scripts
record InstancePaths(LogPipe out, LogPipe error, Path pidFile) {
  static InstancePaths of(Path home, AppSpec spec, InstanceId id, Instant createdAt) {
    String stem = spec.name().fileStem();
    Path logs = home.resolve("logs");
    Path fifos = home.resolve("fifo");
    Path out = spec.logs().out().orElse(logs.resolve(stem + "-out.log"));
    Path error = spec.logs().error().orElse(logs.resolve(stem + "-error.log"));
    String life = Tags.life(id, createdAt);
    return new InstancePaths(
        new LogPipe(fifos.resolve(life + ".out"), numbered(out, spec, id)),
        new LogPipe(fifos.resolve(life + ".err"), numbered(error, spec, id)),
        home.resolve("pids").resolve(stem + "-" + id + ".pid"));
  }

  private static Path numbered(Path file, AppSpec spec, InstanceId id) {
    if (spec.instances().count() == 1 || file.startsWith("/dev")) {
      return file;
    }
    String name = file.getFileName().toString();
    int dot = name.endsWith(".log") ? name.length() - 4 : name.length();
    return file.resolveSibling(name.substring(0, dot) + "-" + id + name.substring(dot));
  }
}
