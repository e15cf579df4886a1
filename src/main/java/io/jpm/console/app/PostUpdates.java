package io.jpm.console.app;

import io.jpm.config.PostUpdateReader;
import io.jpm.config.command.CallerContext;
import io.jpm.config.syntax.DefaultProcessFiles;
import io.jpm.config.values.Problem;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.CommandTools;
import io.jpm.console.session.ExternalPrograms.Order;
import io.jpm.console.session.ExternalPrograms.Outcome;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Runs the `post_update` commands of an app after its code was updated. The commands come from the
/// first default process file that defines any, in the app's directory or in the top directory of
/// its working copy. The file is read after the update.
final class PostUpdates {
  /// The timeout of a command. It must suffice to install packages.
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final List<String> OTHER_FILES = List.of("process.json", "package.json");

  private final Vertx vertx;
  private final CommandTools commandTools;
  private final CommandCall commandCall;

  PostUpdates(Vertx vertx, CommandTools commandTools, CommandCall commandCall) {
    this.vertx = vertx;
    this.commandTools = commandTools;
    this.commandCall = commandCall;
  }

  /// Runs the commands one after another in the top directory of the working copy, with the app's
  /// environment variables. If a command fails, the remaining commands are not run.
  ///
  /// @param top the top directory of the working copy
  Future<Void> run(AppSpec spec, Path top) {
    return vertx
        .executeBlocking(() -> commands(spec, top), false)
        .compose(commands -> {
          Future<Void> done = Future.succeededFuture();
          for (String command : Objects.requireNonNull(commands)) {
            done = done.compose(_ -> one(command, top, spec));
          }
          return done;
        });
  }

  private List<String> commands(AppSpec spec, Path top) {
    List<String> names =
        Stream.concat(DefaultProcessFiles.NAMES.stream(), OTHER_FILES.stream()).toList();
    for (Path directory : Stream.of(spec.cwd(), top).distinct().toList()) {
      for (String name : names) {
        Path file = directory.resolve(name);
        List<String> found = Files.isRegularFile(file) ? readCommands(file, spec) : List.of();
        if (!found.isEmpty()) {
          return found;
        }
      }
    }
    return List.of();
  }

  private List<String> readCommands(Path file, AppSpec spec) {
    // The app's user may have written the file, so a script is evaluated as that user.
    boolean own = spec.runAs().user().isEmpty();
    CallerContext callerContext =
        new CallerContext(
            spec.cwd(),
            own ? commandCall.request().environment() : spec.variables().effective(),
            spec.runAs());
    PostUpdateReader.Outcome outcome =
        commandTools.files().postUpdate(file, spec.name().value(), callerContext);
    if (!outcome.problems().isEmpty()) {
      throw new CommandFailure(outcome.problems().stream().map(Problem::toString).toList());
    }
    return outcome.commands();
  }

  private Future<Void> one(String command, Path top, AppSpec spec) {
    boolean json = commandCall.arguments().has(VerbOption.JSON);
    if (!json) {
      commandCall.session().info("post_update: " + command);
    }
    List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", command));
    return Future.fromCompletionStage(
            commandTools
                .externalPrograms()
                .run(
                    new Order(
                        words,
                        top,
                        commandCall.request().environment(),
                        LIMIT,
                        spec.runAs(),
                        spec.variables().effective())),
            vertx.getOrCreateContext())
        .compose(outcome ->
            switch (outcome) {
              case Outcome.Ended(int code, String out, String err) -> {
                if (!json) {
                  show(out);
                }
                if (code != 0) {
                  err.lines()
                      .forEach(line ->
                          commandCall.session().err(TerminalSanitizer.visible(line) + "\n"));
                }
                yield code == 0
                    ? Future.succeededFuture()
                    : failed("post_update \"%s\" exited with code %d".formatted(command, code));
              }
              case Outcome.Failed(String why) -> failed("post_update: " + why);
            });
  }

  private void show(String printed) {
    if (!commandCall.session().isQuiet()) {
      printed
          .lines()
          .forEach(line -> commandCall.session().out(TerminalSanitizer.visible(line) + "\n"));
    }
  }

  private static Future<Void> failed(String why) {
    return Future.failedFuture(new CommandFailure(why));
  }
}
