package io.jpm.console;

import io.jpm.config.Caller;
import io.jpm.config.PostUpdate;
import io.jpm.config.Problem;
import io.jpm.config.UsualFiles;
import io.jpm.console.Programs.Order;
import io.jpm.console.Programs.Outcome;
import io.jpm.console.text.TerminalText;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Does what a process file wants done when an app's code has been replaced (`post_update`): the
/// first of the usual files in the app's directory or at the top of its working copy that says so,
/// in the state that it has by then.
final class PostUpdates {
  /// An installation of packages may take its time.
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final List<String> OTHER_FILES = List.of("process.json", "package.json");

  private final Vertx vertx;
  private final Tools tools;
  private final Call call;

  PostUpdates(Vertx vertx, Tools tools, Call call) {
    this.vertx = vertx;
    this.tools = tools;
    this.call = call;
  }

  /// Runs the commands one after the other at the top of the working copy, with the app's
  /// variables; the first that fails is the outcome's failure.
  Future<Void> run(AppSpec spec, Path top) {
    Map<String, String> variables = new HashMap<>(call.request().environment());
    variables.putAll(spec.variables().effective());
    return vertx
        .executeBlocking(() -> commands(spec, top), false)
        .compose(commands -> {
          Future<Void> done = Future.succeededFuture();
          for (String command : Objects.requireNonNull(commands)) {
            done = done.compose(_ -> one(command, top, variables));
          }
          return done;
        });
  }

  private List<String> commands(AppSpec spec, Path top) {
    List<String> names = Stream.concat(UsualFiles.NAMES.stream(), OTHER_FILES.stream()).toList();
    for (Path directory : Stream.of(spec.cwd(), top).distinct().toList()) {
      for (String name : names) {
        Path file = directory.resolve(name);
        List<String> found = Files.isRegularFile(file) ? said(file, spec) : List.of();
        if (!found.isEmpty()) {
          return found;
        }
      }
    }
    return List.of();
  }

  private List<String> said(Path file, AppSpec spec) {
    Caller caller = new Caller(spec.cwd(), call.request().environment());
    PostUpdate.Outcome outcome = tools.files().postUpdate(file, spec.name().value(), caller);
    if (!outcome.problems().isEmpty()) {
      throw new CommandFailure(outcome.problems().stream().map(Problem::toString).toList());
    }
    return outcome.commands();
  }

  private Future<Void> one(String command, Path top, Map<String, String> variables) {
    boolean json = call.arguments().has(VerbOption.JSON);
    if (!json) {
      call.session().info("post_update: " + command);
    }
    List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", command));
    return Future.fromCompletionStage(
            tools.programs().run(new Order(words, top, variables, LIMIT)),
            vertx.getOrCreateContext())
        .compose(outcome ->
            switch (outcome) {
              case Outcome.Ended(int code, String out, String err) -> {
                if (!json) {
                  show(out);
                }
                if (code != 0) {
                  err.lines()
                      .forEach(line -> call.session().err(TerminalText.visible(line) + "\n"));
                }
                yield code == 0
                    ? Future.succeededFuture()
                    : failed("post_update \"%s\" ends with %d".formatted(command, code));
              }
              case Outcome.Failed(String why) -> failed("post_update: " + why);
            });
  }

  private void show(String printed) {
    if (!call.session().isQuiet()) {
      printed.lines().forEach(line -> call.session().out(TerminalText.visible(line) + "\n"));
    }
  }

  private static Future<Void> failed(String why) {
    return Future.failedFuture(new CommandFailure(why));
  }
}
