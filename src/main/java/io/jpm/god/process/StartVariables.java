package io.jpm.god.process;

import io.jpm.god.store.KeyValueStore;
import io.jpm.model.AppSpec;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.RunAs;
import io.jpm.model.SecretSource;
import io.jpm.model.text.CleanEnvironment;
import io.jpm.model.text.SurrogateEscape;
import io.jpm.os.AppAccess;
import io.jpm.os.CommandRunner;
import io.jpm.os.EnvFileReader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// Reads the variables of an app that come from external sources (env files, secrets, values set
/// with `jpm set`) for one start of a process. The values are passed only to the environment of
/// that process. In particular, they never appear in a message.
final class StartVariables {
  private static final int MOST_OF_SECRET = 64 << 10;
  private static final String CREDENTIALS = "CREDENTIALS_DIRECTORY";

  /// Size of the thread pool that reads files and secrets. The pool is separate, because a secret
  /// store that does not answer must not delay other work of the daemon.
  private static final int THREADS = 8;

  private final Vertx vertx;
  private final KeyValueStore store;
  private final Map<String, String> daemon;
  private final Duration limit;
  private final AppAccess access;
  private final WorkerExecutor readers;

  /// The result of reading the variables.
  sealed interface Outcome {
    /// All variables were read.
    ///
    /// @param files the merged variables from all env files
    /// @param secrets the secrets by variable name
    /// @param stored the values set with `jpm set` for the app
    record Read(Map<String, String> files, Map<String, String> secrets, Map<String, String> stored)
        implements Outcome {
      /// Creates a result without stored values.
      Read(Map<String, String> files, Map<String, String> secrets) {
        this(files, secrets, Map.of());
      }

      /// Returns a text without any values, because it may be logged.
      @Override
      public String toString() {
        return "%d variables from files, %d secrets, %d stored values"
            .formatted(files.size(), secrets.size(), stored.size());
      }
    }

    /// A variable could not be resolved.
    ///
    /// @param reason a message for the user that names the variable and the cause
    record Refused(String reason) implements Outcome {}
  }

  /// Completes when the most recent read of stored values has completed.
  private Future<Map<String, String>> lastRead = Future.succeededFuture(Map.of());

  /// Creates a reader for all apps. Must be used on a single context.
  ///
  /// @param daemon the daemon's own environment, which contains the path of systemd's credentials
  /// @param limit the time limit for a command
  /// @param store the values set with `jpm set`
  /// @param access reads the files and runs the commands of apps
  StartVariables(
      Vertx vertx,
      Map<String, String> daemon,
      Duration limit,
      KeyValueStore store,
      AppAccess access) {
    this.vertx = vertx;
    this.access = access;
    this.store = store;
    this.daemon = Map.copyOf(daemon);
    this.limit = limit;
    this.readers = vertx.createSharedWorkerExecutor("jpm-start-variables", THREADS);
  }

  /// Reads the current variables of `spec`.
  Future<Outcome> read(AppSpec spec) {
    boolean nothingElse = spec.variables().referred().equals(ReferencedVariables.NONE);
    return stored(spec)
        .compose(stored ->
            nothingElse
                ? Future.succeededFuture(new Outcome.Read(Map.of(), Map.of(), stored))
                : readers
                    .executeBlocking(() -> now(spec, stored), false)
                    .map(Objects::requireNonNull));
  }

  /// Reads the stored values. The reads are performed one after the other, so that instances start
  /// in the order of their numbers.
  private Future<Map<String, String>> stored(AppSpec spec) {
    Future<Map<String, String>> read =
        lastRead
            .transform(_ -> vertx.executeBlocking(() -> store.variables(spec.name()), false))
            .map(Objects::requireNonNull);
    lastRead = read;
    return read;
  }

  private Outcome now(AppSpec spec, Map<String, String> stored) {
    Map<String, String> files;
    try {
      files = EnvFileReader.read(spec, access);
    } catch (IOException unreadable) {
      return new Outcome.Refused(String.valueOf(unreadable.getMessage()));
    }
    Map<String, String> secrets = new HashMap<>();
    try {
      for (Map.Entry<String, SecretSource> secret :
          spec.variables().referred().secrets().entrySet()) {
        secrets.put(secret.getKey(), value(secret.getKey(), secret.getValue(), spec));
      }
    } catch (Unreadable unreadable) {
      return new Outcome.Refused(unreadable.reason);
    }
    return new Outcome.Read(files, secrets, stored);
  }

  private String value(String name, SecretSource secretSource, AppSpec spec) throws Unreadable {
    byte[] bytes;
    try {
      bytes = bytes(secretSource, spec);
    } catch (NoSuchFileException _) {
      throw new Unreadable(
          "secret %s: %s does not exist".formatted(name, secretSource.displayText()));
    } catch (IOException e) {
      throw new Unreadable(
          "secret %s: %s %s".formatted(name, secretSource.displayText(), e.getMessage()));
    }
    String value = withoutLineEnd(SurrogateEscape.fromBytes(bytes));
    if (value.isEmpty() || value.indexOf('\0') >= 0) {
      throw new Unreadable(
          "secret %s: %s %s"
              .formatted(
                  name,
                  secretSource.displayText(),
                  value.isEmpty() ? "is empty" : "contains a NUL byte"));
    }
    return value;
  }

  private byte[] bytes(SecretSource secretSource, AppSpec spec) throws IOException {
    return switch (secretSource) {
      case SecretSource.FromFile(Path path) -> access.read(path, MOST_OF_SECRET, spec.runAs());
      case SecretSource.FromCredential(String name) -> {
        String directory = daemon.getOrDefault(CREDENTIALS, "");
        if (directory.isEmpty()) {
          throw new IOException(
              "cannot be read: the daemon has no systemd credentials; add LoadCredential= to its unit");
        }
        yield access.read(Path.of(directory).resolve(name), MOST_OF_SECRET, RunAs.DAEMON);
      }
      case SecretSource.FromCommand command -> output(command, spec);
    };
  }

  /// Runs the command with the daemon's variables. If the app runs as another user, the command
  /// receives the variables of a new login session instead.
  private byte[] output(SecretSource.FromCommand command, AppSpec spec) throws IOException {
    var variables = access.isOther(spec.runAs()) ? CleanEnvironment.of(daemon) : daemon;
    AppAccess.Launch launch = access.launch(command.argv(), spec.cwd(), variables, spec.runAs());
    return CommandRunner.output(launch, limit, MOST_OF_SECRET);
  }

  private static String withoutLineEnd(String text) {
    if (!text.endsWith("\n")) {
      return text;
    }
    int end = text.length() - (text.endsWith("\r\n") ? 2 : 1);
    return text.substring(0, end);
  }

  /// A variable could not be resolved.
  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1;

    final String reason;

    Unreadable(String reason) {
      super(reason);
      this.reason = reason;
    }
  }
}
