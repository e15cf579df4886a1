package io.jpm.daemon;

import io.jpm.console.session.ExternalPrograms;
import io.jpm.model.text.CleanEnvironment;
import io.jpm.os.AppAccess;
import io.jpm.os.CommandRunner;
import io.jpm.os.InheritedLimits;
import io.jpm.os.ProgramFinder;
import io.jpm.os.SpawnLock;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs programs on this machine, each on a virtual thread.
final class LocalProgramRunner implements ExternalPrograms {
  private final AppAccess access;

  /// @param access launches programs that must run as another user
  LocalProgramRunner(AppAccess access) {
    this.access = access;
  }

  private static final Executor VIRTUAL = Thread::startVirtualThread;

  /// The maximum size of standard output. PM2's JSON list of a thousand apps is 20 MB long.
  private static final int MAX_STDOUT_BYTES = 64 << 20;

  private static final int MAX_STDERR_BYTES = 64 << 10;
  private static final int PIECE = 8 << 10;
  private static final Duration AFTER_THE_END = Duration.ofSeconds(1);

  /// The output of a program that has been read so far.
  ///
  /// @param text the output, which may still grow if another process holds the stream open
  /// @param complete completes at the end of the stream
  private record CapturedOutput(ByteArrayOutputStream text, CompletableFuture<Void> complete) {
    static CapturedOutput of(InputStream in, int most) {
      var text = new ByteArrayOutputStream();
      return new CapturedOutput(
          text, CompletableFuture.runAsync(() -> read(in, most, text), VIRTUAL));
    }

    private static void read(InputStream in, int most, ByteArrayOutputStream text) {
      byte[] piece = new byte[PIECE];
      try (in) {
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
          text.write(piece, 0, Math.min(n, most - text.size()));
        }
      } catch (IOException _) {
        // Ignored: the process was killed, which is reported instead.
      }
    }

    /// Returns the whole output. If the stream is still open shortly after the program exited,
    /// returns the output that has been read until then.
    String soon() throws InterruptedException, ExecutionException {
      try {
        complete.get(AFTER_THE_END.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        // A child that the program left running holds the stream open.
      }
      return text.toString(StandardCharsets.UTF_8);
    }
  }

  @Override
  public CompletionStage<Outcome> run(Order order) {
    return CompletableFuture.supplyAsync(() -> outcome(order), VIRTUAL);
  }

  private Outcome outcome(Order order) {
    String name = order.command().getFirst();
    Map<String, String> environment =
        new HashMap<>(
            access.isOther(order.runAs())
                ? CleanEnvironment.of(order.environment())
                : order.environment());
    environment.putAll(order.added());
    Optional<Path> program =
        ProgramFinder.find(name, order.cwd(), environment.getOrDefault("PATH", ""));
    if (program.isEmpty()) {
      return new Outcome.Failed(name + " was not found in your PATH");
    }
    Process process;
    try {
      process = start(program.get(), order, environment);
    } catch (IOException e) {
      return new Outcome.Failed("%s cannot be started: %s".formatted(name, e.getMessage()));
    }
    try {
      return ended(process, order);
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot read the output of a program", e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new Outcome.Failed(name + " was terminated because the daemon is stopping");
    } finally {
      CommandRunner.killTree(process);
    }
  }

  private Process start(Path program, Order order, Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>(order.command());
    command.set(0, program.toString());
    AppAccess.Launch launch = access.launch(command, order.cwd(), environment, order.runAs());
    ProcessBuilder builder =
        launch.builder().redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    return SpawnLock.runExclusively(() -> InheritedLimits.start(builder));
  }

  private static Outcome ended(Process process, Order order)
      throws InterruptedException, ExecutionException {
    CapturedOutput out = CapturedOutput.of(process.getInputStream(), MAX_STDOUT_BYTES);
    CapturedOutput err = CapturedOutput.of(process.getErrorStream(), MAX_STDERR_BYTES);
    if (!process.waitFor(order.limit().toMillis(), TimeUnit.MILLISECONDS)) {
      return new Outcome.Failed(
          "%s took longer than %d s and was terminated"
              .formatted(String.join(" ", order.command()), order.limit().toSeconds()));
    }
    return new Outcome.Ended(process.exitValue(), out.soon(), err.soon());
  }
}
