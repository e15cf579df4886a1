package io.jpm.console.pm2;

import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ExternalPrograms;
import io.jpm.console.session.ExternalPrograms.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Accesses the caller's PM2 through its command and its home directory, which is never modified
/// directly.
final class Pm2 {
  private static final Duration TO_LIST = Duration.ofSeconds(60);

  /// The time limit for a PM2 command that stops, starts or deletes apps, whose kill timeouts may
  /// be several minutes.
  private static final Duration TO_ACT = Duration.ofMinutes(10);

  /// The maximum size of a dump, in bytes. It is large because the dump contains the environment of
  /// each app.
  private static final int MOST_OF_DUMP = 16 << 20;

  private final Vertx vertx;
  private final ExternalPrograms externalPrograms;
  private final Path cwd;
  private final Map<String, String> environment;
  private final Path home;

  /// The app list of PM2.
  ///
  /// @param source `pm2`, or the file from which the list was read
  /// @param live whether PM2 is running
  /// @param apps all apps in the list
  record Inventory(String source, boolean live, List<Pm2App> apps) {
    Inventory {
      apps = List.copyOf(apps);
    }
  }

  /// Determines PM2's home from the caller's variables.
  ///
  /// @throws CommandFailure if the caller's variables do not determine PM2's home
  Pm2(Vertx vertx, ExternalPrograms externalPrograms, CommandCall commandCall) {
    this.vertx = vertx;
    this.externalPrograms = externalPrograms;
    this.cwd = Path.of(commandCall.request().cwd());
    this.environment = commandCall.request().environment();
    this.home = home(cwd, environment);
  }

  private static Path home(Path cwd, Map<String, String> environment) {
    String named = environment.getOrDefault("PM2_HOME", "");
    String user = environment.getOrDefault("HOME", "");
    if (named.isEmpty() && user.isEmpty()) {
      throw new CommandFailure(
          "neither PM2_HOME nor HOME is set: set PM2_HOME to PM2's home directory");
    }
    try {
      return cwd.resolve(named.isEmpty() ? user + "/.pm2" : named).normalize();
    } catch (InvalidPathException _) {
      throw new CommandFailure("PM2_HOME is not a valid path: set it to PM2's home directory");
    }
  }

  Path home() {
    return home;
  }

  /// Returns the list of the running PM2 daemon or, if none is running, the saved list. The command
  /// `pm2` would start a PM2 daemon, so it is run only if a PM2 daemon answers.
  Future<Inventory> inventory() {
    return blocking(this::runs).compose(live -> live ? listed() : blocking(this::saved));
  }

  private boolean runs() {
    try {
      SocketChannel.open(UnixDomainSocketAddress.of(home.resolve("rpc.sock"))).close();
      return true;
    } catch (IOException | IllegalArgumentException nobodyThere) {
      return false;
    }
  }

  private Future<Inventory> listed() {
    return run(TO_LIST, "jlist")
        .compose(printed ->
            blocking(() -> {
              try {
                return new Inventory("pm2", true, Pm2App.ofList(printed));
              } catch (DecodeException | ClassCastException e) {
                throw new CommandFailure("pm2 jlist did not print a list: " + firstLine(printed));
              }
            }));
  }

  private static String dump(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("it is not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_OF_DUMP + 1);
      if (bytes.length > MOST_OF_DUMP) {
        throw new IOException("it is larger than " + MOST_OF_DUMP + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private Inventory saved() {
    List<String> unread = new ArrayList<>();
    for (String name : List.of("dump.pm2", "dump.pm2.bak")) {
      Path file = home.resolve(name);
      try {
        return new Inventory(file.toString(), false, Pm2App.ofDump(dump(file)));
      } catch (java.nio.file.NoSuchFileException _) {
        // The next file may exist.
      } catch (IOException | DecodeException e) {
        unread.add(file + " is not a PM2 list: " + firstLine(String.valueOf(e.getMessage())));
      }
    }
    unread.add(
        "PM2 is not running and %s contains no readable saved list: set PM2_HOME if PM2's home directory is elsewhere"
            .formatted(home));
    throw new CommandFailure(unread);
  }

  /// Runs the PM2 command `verb` on the processes of an app.
  Future<String> act(String verb, Pm2App app) {
    List<String> words = new ArrayList<>(List.of(verb));
    words.addAll(app.ids());
    return run(TO_ACT, words.toArray(String[]::new));
  }

  /// Runs `pm2` and returns its standard output; fails if the exit code is not 0.
  private Future<String> run(Duration limit, String... arguments) {
    List<String> command = new ArrayList<>(List.of("pm2"));
    command.addAll(List.of(arguments));
    var order = new ExternalPrograms.Order(command, cwd, environment, limit);
    return Future.fromCompletionStage(externalPrograms.run(order), vertx.getOrCreateContext())
        .compose(outcome ->
            switch (outcome) {
              case Outcome.Ended(int code, String out, String err) when code == 0 ->
                  Future.succeededFuture(out);
              case Outcome.Ended(int code, String out, String err) ->
                  failed(
                      "%s exited with code %d: %s",
                      command, code, firstLine(err.isBlank() ? out : err));
              case Outcome.Failed(String why) -> Future.failedFuture(new CommandFailure(why));
            });
  }

  private static Future<String> failed(String format, List<String> command, int code, String said) {
    return Future.failedFuture(
        new CommandFailure(format.formatted(String.join(" ", command), code, said)));
  }

  private static String firstLine(String text) {
    Optional<String> first = text.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst();
    return first
        .map(line -> line.length() > 200 ? line.substring(0, 200) + "…" : line)
        .orElse("no output");
  }

  private <T> Future<T> blocking(java.util.concurrent.Callable<T> work) {
    return vertx.executeBlocking(work, false).map(result -> Objects.requireNonNull(result));
  }
}
