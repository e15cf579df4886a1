package io.jpm.os;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// What a small command prints. It blocks.
public final class CommandOutput {
  private static final Executor VIRTUAL = Thread::startVirtualThread;
  private static final File NOTHING = new File("/dev/null");

  private CommandOutput() {}

  /// The bytes that `launch` prints on standard output, when it ends with exit code 0. What it
  /// prints on standard error is dropped.
  ///
  /// @param launch the program with its arguments, which no shell reads, and all of its variables
  /// @param limit after this it is killed, with all that it has started
  /// @param most how many bytes it may print
  /// @throws IOException with a sentence without a subject, which has nothing of the output in it
  public static byte[] of(AppAccess.Launch launch, Duration limit, int most) throws IOException {
    Process process = begun(launch);
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
        throw new IOException("ended with exit code " + process.exitValue());
      }
      return bytes;
    } catch (TimeoutException _) {
      throw tooLong(limit);
    } catch (ExecutionException e) {
      throw new IOException("printed what could not be read", e.getCause());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new IOException("was not waited for: the daemon is ending");
    } finally {
      end(process);
    }
  }

  private static Process begun(AppAccess.Launch launch) throws IOException {
    try {
      ProcessBuilder builder = launch.builder().redirectInput(NOTHING).redirectError(NOTHING);
      return Forking.alone(() -> InheritedLimits.start(builder));
    } catch (IOException e) {
      throw new IOException(
          Files.isDirectory(launch.directory())
              ? "cannot be run" + reason(String.valueOf(e.getMessage()))
              : "cannot be run: there is no directory " + launch.directory(),
          e);
    }
  }

  /// What the system says, of a sentence that ends in `error: 2 (No such file or directory)`.
  private static String reason(String sentence) {
    int begin = sentence.lastIndexOf('(');
    int end = sentence.lastIndexOf(')');
    return begin < 0 || end < begin ? "" : ": " + sentence.substring(begin + 1, end);
  }

  private static IOException tooLong(Duration limit) {
    return new IOException("took longer than %s s".formatted(limit.toMillis() / 1_000.0));
  }

  /// Kills `process` with all that it has started, if it lives.
  public static void end(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /// The first `most` bytes.
  private static byte[] bytes(InputStream in, int most) {
    var bytes = new ByteArrayOutputStream();
    try (in) {
      bytes.writeBytes(in.readNBytes(most));
    } catch (IOException _) {
      return bytes.toByteArray(); // its process was ended, and that is what is told
    }
    return bytes.toByteArray();
  }
}
