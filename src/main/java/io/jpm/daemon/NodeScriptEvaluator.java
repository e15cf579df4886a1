package io.jpm.daemon;

import io.jpm.config.AppReader;
import io.jpm.config.command.CallerContext;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.os.AppAccess;
import io.jpm.os.InheritedLimits;
import io.jpm.os.SpawnLock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Evaluates process files that are scripts, using the caller's Node. The script runs in the file's
/// directory, with the caller's environment and user, and with a time limit.
///
/// The value is transferred on descriptor 3, so that output of the script or of programs that it
/// runs cannot corrupt it. Output is shown only if the script fails. The value is `module.exports`
/// or `export default`, otherwise an object of all exports. If the value is a promise, it is
/// awaited; if it is a function, it is called.
public final class NodeScriptEvaluator implements ScriptEvaluator {
  /// The default time limit. Scripts may fetch values from vaults and clouds; a script that takes
  /// longer than this has probably hung.
  public static final Duration LIMIT = Duration.ofSeconds(30);

  private static final int MOST_BYTES = 4 << 20;
  private static final int MOST_PRINTED = 64 << 10;
  private static final Executor VIRTUAL = Thread::startVirtualThread;
  private static final Duration AFTER_THE_END = Duration.ofSeconds(1);

  private static final List<String> SHELL =
      List.of("/bin/sh", "-c", "exec 3>&1 1>&2 </dev/null; exec \"$0\" \"$@\"");

  private static final String LOADER =
      """
      const { writeSync } = require("fs");
      const file = process.argv[1];
      function send(text) {
        const bytes = Buffer.from(text);
        for (let n = 0; n < bytes.length; ) n += writeSync(3, bytes, n);
      }
      function plain(key, value) {
        const number = typeof value === "number" && !Number.isFinite(value);
        return number || typeof value === "bigint" ? String(value) : value;
      }
      async function load() {
        const module = await import(require("url").pathToFileURL(file).href);
        let value = "default" in module ? module.default : { ...module };
        if (value && value.__esModule && "default" in value) value = value.default;
        value = await value;
        return typeof value === "function" ? value() : value;
      }
      load()
        .then((value) => {
          send("V" + (JSON.stringify(value, plain) ?? "null"));
          process.exit(0);
        })
        .catch((error) => {
          send("E" + (error instanceof Error ? error.name + ": " + error.message : "throws " + error));
          setImmediate(() => { throw error; });
        });
      """;

  private final Duration limit;
  private final AppAccess access;

  /// @param limit the time limit of a script
  /// @param access launches Node as another user
  public NodeScriptEvaluator(Duration limit, AppAccess access) {
    this.limit = limit;
    this.access = access;
  }

  @Override
  public Evaluation evaluate(Path node, Path file, CallerContext callerContext) {
    Process process;
    try {
      process = start(node, file, callerContext);
    } catch (IOException e) {
      return failed("%s cannot be started: %s".formatted(node, e.getMessage()));
    }
    CompletableFuture<byte[]> value =
        CompletableFuture.supplyAsync(
            () -> bytes(process.getInputStream(), MOST_BYTES + 2, true), VIRTUAL);
    CompletableFuture<byte[]> printed =
        CompletableFuture.supplyAsync(
            () -> bytes(process.getErrorStream(), MOST_PRINTED, false), VIRTUAL);
    try {
      byte[] all = value.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (all.length > MOST_BYTES + 1) {
        return failed("its value is larger than 4 MiB");
      }
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      return ended ? evaluation(all, file, process, printed) : tooLong();
    } catch (TimeoutException _) {
      return tooLong();
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot read the value of a script", e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return failed("was not evaluated because the daemon is stopping");
    } finally {
      end(process);
    }
  }

  private Process start(Path node, Path file, CallerContext callerContext) throws IOException {
    List<String> script = List.of(node.toString(), "-e", LOADER, file.toString());
    List<String> command = new java.util.ArrayList<>(SHELL);
    command.addAll(script);
    Path directory = file.getParent() == null ? file : file.getParent();
    ProcessBuilder builder =
        access
            .launch(
                command,
                directory,
                AppReader.shellVariables(callerContext.environment()),
                callerContext.runAs())
            .builder();
    return SpawnLock.runExclusively(() -> InheritedLimits.start(builder));
  }

  private Evaluation tooLong() {
    return failed("took longer than %s s".formatted(limit.toMillis() / 1_000.0));
  }

  /// Kills the process and its descendants if the process still runs.
  private static void end(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static Evaluation evaluation(
      byte[] all, Path file, Process process, CompletableFuture<byte[]> printed)
      throws InterruptedException, ExecutionException {
    String answer = new String(all, StandardCharsets.UTF_8);
    if (answer.startsWith("V")) {
      return new Evaluation.Value(answer.substring(1));
    }
    NodeErrorParser failure = new NodeErrorParser(file, soon(printed));
    return answer.startsWith("E")
        ? failure.parse(answer.substring(1))
        : failure.parseExit(process.exitValue());
  }

  /// Returns the output; empty if a program that the script has left running holds the stream open.
  private static String soon(CompletableFuture<byte[]> printed)
      throws InterruptedException, ExecutionException {
    try {
      byte[] all = printed.get(AFTER_THE_END.toMillis(), TimeUnit.MILLISECONDS);
      return new String(all, StandardCharsets.UTF_8);
    } catch (TimeoutException _) {
      return "";
    }
  }

  private static Evaluation failed(String what) {
    return new Evaluation.Failed(0, 0, what);
  }

  /// Reads the first `most` bytes of a stream.
  ///
  /// @param stop whether the rest is left unread instead of being read and discarded
  private static byte[] bytes(InputStream in, int most, boolean stop) {
    try (in) {
      byte[] bytes = in.readNBytes(most);
      if (!stop) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return bytes;
    } catch (IOException _) {
      return new byte[0]; // the process was killed, which is reported instead
    }
  }
}
