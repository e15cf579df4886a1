package io.jpm.os.linux;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.HostFixture;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CountDownLatch;

/// A daemon in its own JVM that the test kills. It starts one script, reads its output, and records
/// the process that it started.
final class KilledDaemon {
  private KilledDaemon() {}

  /// Starts the script and waits forever.
  ///
  /// @param arguments the directory, the name of the script, its argument, whether it has a
  ///   terminal
  public static void main(String[] arguments) throws Exception {
    Path dir = Path.of(arguments[0]);
    @SuppressWarnings("resource") // this JVM ends by kill -9
    HostFixture fixture = new HostFixture(new LinuxProcessHost(), dir);
    SpawnRequest plain = fixture.withChannel(fixture.request(arguments[1], arguments[2]));
    SpawnRequest request = Boolean.parseBoolean(arguments[3]) ? fixture.withTerminal(plain) : plain;
    MappedOutput.begin(fixture.host(), request.out());
    fixture.capture(request.error());
    SpawnResult result = fixture.host().spawn(request, new RecordedWatcher());
    if (result instanceof SpawnResult.Started(var child)) {
      ProcessIdentity identity = child.identity();
      Path made = dir.resolve("made.new");
      Files.writeString(
          made,
          String.join(
              "\n",
              identity.bootId(),
              Integer.toString(identity.pid()),
              Long.toString(identity.startTime()),
              request.tag(),
              fixture.mark()),
          StandardCharsets.UTF_8);
      Files.move(made, dir.resolve("made"), StandardCopyOption.ATOMIC_MOVE);
    } else {
      throw new IllegalStateException(result.toString());
    }
    new CountDownLatch(1).await();
  }
}
