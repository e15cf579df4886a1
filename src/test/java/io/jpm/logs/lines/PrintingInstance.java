package io.jpm.logs.lines;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpm.bus.logs.LogPaths;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.logs.write.LogCapture;
import io.jpm.model.AppName;
import io.jpm.model.LogFiles;
import io.jpm.model.RunAs;
import io.jpm.model.process.InstanceId;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// An instance whose output is passed to a listener.
public record PrintingInstance(LogCapture.OutputObserver listener, LogsCommand.Open instance) {
  public static final Instant AT = Instant.parse("2026-11-21T11:36:32.120Z");

  public static PrintingInstance of(LogCapture.OutputObserver outputObserver, String app, int id) {
    return of(outputObserver, app, id, "");
  }

  /// @param process suffix of the names of its pipes
  static PrintingInstance of(
      LogCapture.OutputObserver outputObserver, String app, int id, String process) {
    var order =
        new LogsCommand.Open(
            new InstanceId(id),
            new AppName(app),
            Path.of("/%d%s.out".formatted(id, process)),
            Path.of("/%d%s.err".formatted(id, process)),
            new LogPaths(Path.of("/out.log"), Path.of("/err.log"), Optional.empty()),
            LogFiles.DEFAULT,
            RunAs.DAEMON,
            0);
    return new PrintingInstance(outputObserver, order);
  }

  /// Returns the command that ends its capture.
  LogsCommand.Close closeCommand() {
    return new LogsCommand.Close(instance.id(), instance.outFifo(), instance.errorFifo());
  }

  public void out(String text) {
    listener.onOutput(instance, false, List.of(ByteBuffer.wrap(text.getBytes(UTF_8))), AT);
  }

  public void error(String text) {
    listener.onOutput(instance, true, List.of(ByteBuffer.wrap(text.getBytes(UTF_8))), AT);
  }
}
