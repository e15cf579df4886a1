package io.jpm.console.inspect;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.jpm.bus.FileErrors;
import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.Verb;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.OptionalLong;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;

/// Runs `jpm profile:cpu` and `profile:mem`, which write a Flight Recorder recording or a heap dump
/// of the daemon itself. Only the owner can read the file, because it contains the environments of
/// apps.
public final class ProfileCommand implements ConsoleCommand {
  private static final long USUAL_MILLIS = 10_000;
  private static final long MOST_MILLIS = 600_000;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneId.systemDefault());

  private final Verb verb;
  private final Vertx vertx;
  private final InstantSource clock;

  /// @param verb [Verb#PROFILE_CPU] or [Verb#PROFILE_MEM]
  /// @param clock the clock whose time becomes part of the file name
  public ProfileCommand(Verb verb, Vertx vertx, InstantSource clock) {
    this.verb = verb;
    this.vertx = vertx;
    this.clock = clock;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    OptionalLong millis = millis(commandCall.arguments());
    boolean cpu = verb == Verb.PROFILE_CPU;
    Path file =
        Path.of(commandCall.request().cwd())
            .resolve("jpm-" + TIME.format(clock.instant()) + (cpu ? ".jfr" : ".hprof"));
    Session session = commandCall.session();
    if (!cpu && millis.isPresent()) {
      session.warn(
          "the duration is ignored, because profile:mem writes a heap dump of the current moment");
    }
    Future<Path> written =
        cpu ? recorded(file, millis.orElse(USUAL_MILLIS), session) : blocking(() -> dumped(file));
    return written
        .map(done -> {
          session.out(done + "\n");
          session.warn("the file may contain environment variables of apps, including secrets");
          return ExitCode.OK;
        })
        .recover(error ->
            error instanceof IOException
                ? Future.failedFuture(
                    new CommandFailure(
                        "%s cannot be written: %s".formatted(file, FileErrors.of(error))))
                : Future.failedFuture(error));
  }

  private static OptionalLong millis(Arguments arguments) {
    if (arguments.targets().isEmpty()) {
      return OptionalLong.empty();
    }
    String text = arguments.targets().getFirst();
    boolean number = text.matches("[1-9][0-9]{0,8}") && Long.parseLong(text) <= MOST_MILLIS;
    if (!number || arguments.targets().size() > 1) {
      throw new CommandFailure(
          "\"%s\" is not a valid duration: use a number of milliseconds from 1 to %d, such as 5000"
              .formatted(String.join(" ", arguments.targets()), MOST_MILLIS));
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  /// Records for the given time. If the client disconnects, the recording is stopped without
  /// writing a file.
  private Future<Path> recorded(Path file, long millis, Session session) {
    session.info(
        "Recording a CPU profile of the daemon for %s s"
            .formatted(Duration.ofMillis(millis).toMillis() / 1e3));
    return blocking(ProfileCommand::begun)
        .compose(recording ->
            Future.any(vertx.timer(millis).mapEmpty(), session.ended())
                .compose(_ ->
                    blocking(() -> {
                      try (recording) {
                        recording.stop();
                        if (!session.isOver()) {
                          forOwner(file);
                          recording.dump(file);
                        }
                      }
                      return file;
                    })));
  }

  private static Recording begun() throws IOException, ParseException {
    var recording = new Recording(Configuration.getConfiguration("profile"));
    recording.setName("jpm profile:cpu");
    recording.start();
    return recording;
  }

  private static Path forOwner(Path file) throws IOException {
    return Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /// Writes a heap dump. HotSpot creates the file itself, so the dump is first written to a
  /// directory that only the owner can access.
  private static Path dumped(Path file) throws IOException {
    Path own = Files.createTempDirectory(file.toAbsolutePath().getParent(), ".jpm-");
    Path made = own.resolve("heap.hprof");
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpHeap(made.toString(), true);
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
      return Files.move(made, file);
    } finally {
      Files.deleteIfExists(made);
      Files.deleteIfExists(own);
    }
  }

  private <T> Future<T> blocking(java.util.concurrent.Callable<T> work) {
    return vertx.executeBlocking(work, false).map(result -> Objects.requireNonNull(result));
  }
}
