package io.jpm.os;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs a short command and returns its output. All methods block.
public final class CommandRunner {
  private static final Executor VIRTUAL = Thread::startVirtualThread;
  private static final File NOTHING = new File("/dev/null");

  private CommandRunner() {}

  /// Runs `launch` and returns the bytes that it prints on standard output, provided that it exits
  /// with code 0. Its standard error is discarded.
  ///
  /// @param launch the program, its arguments (not interpreted by a shell) and its complete
  ///   environment
  /// @param limit the timeout for reading the output and, separately, for the subsequent exit of
  ///   the program. If either expires, the program and all of its descendants are killed.
  /// @param most the maximum number of bytes that the program may print
  /// @throws IOException if the program fails; the message is a clause without a subject, such as
  ///   `exited with code 1`, and contains nothing from the output
  public static byte[] output(AppAccess.Launch launch, Duration limit, int most)
      throws IOException {
    return output(begun(launch), limit, most);
  }

  /// Returns the output of `process` as [#output(AppAccess.Launch, Duration, int)] does.
  static byte[] output(Process process, Duration limit, int most) throws IOException {
    CompletableFuture<byte[]> output =
        CompletableFuture.supplyAsync(() -> bytes(process.getInputStream(), most + 1), VIRTUAL);
    try {
      byte[] bytes = output.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (bytes.length > most) {
        throw new IOException("printed more than " + most + " bytes");
      }
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw tooLong(limit);
      }
      if (process.exitValue() != 0) {
        throw new IOException("exited with code " + process.exitValue());
      }
      return bytes;
    } catch (TimeoutException _) {
      throw tooLong(limit);
    } catch (ExecutionException e) {
      String reason = e.getCause() instanceof UncheckedIOException io ? ": " + io.getMessage() : "";
      throw new IOException("printed output that the daemon could not read" + reason, e.getCause());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new IOException("was killed because the daemon is shutting down");
    } finally {
      killTree(process);
    }
  }

  private static Process begun(AppAccess.Launch launch) throws IOException {
    try {
      ProcessBuilder builder = launch.builder().redirectInput(NOTHING).redirectError(NOTHING);
      return SpawnLock.runExclusively(() -> InheritedLimits.start(builder));
    } catch (SpawnLock.SpawnBusyException e) {
      throw new IOException("cannot be run: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException(
          Files.isDirectory(launch.directory())
              ? "cannot be run" + reason(String.valueOf(e.getMessage()))
              : "cannot be run: the directory " + launch.directory() + " does not exist",
          e);
    }
  }

  /// Returns the system's reason, preceded by `: `, from a message that ends with `error: 2 (No
  /// such file or directory)`; empty if the message does not contain a reason.
  private static String reason(String sentence) {
    int begin = sentence.lastIndexOf('(');
    int end = sentence.lastIndexOf(')');
    return begin < 0 || end < begin ? "" : ": " + sentence.substring(begin + 1, end);
  }

  private static IOException tooLong(Duration limit) {
    return new IOException("took longer than %s s".formatted(limit.toMillis() / 1_000.0));
  }

  /// Kills `process` and all of its descendants, if `process` is still running.
  public static void killTree(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /// Returns up to `most` bytes from the beginning of `in`.
  private static byte[] bytes(InputStream in, int most) {
    try (in) {
      return in.readNBytes(most);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }
}
