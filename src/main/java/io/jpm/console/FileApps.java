package io.jpm.console;

import io.jpm.config.AppReader;
import io.jpm.config.AppsOutcome;
import io.jpm.config.Caller;
import io.jpm.config.Problem;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/// Reads apps off the event loop and turns their problems into failures.
final class FileApps {
  private final Vertx vertx;
  private final AppSource source;

  FileApps(Vertx vertx, AppSource source) {
    this.vertx = vertx;
    this.source = source;
  }

  boolean isProcessFile(String word) {
    return source.isProcessFile(word);
  }

  /// The apps of a process file, those that `--only` names if it is given.
  Future<List<AppSpec>> ofFile(String word, Call call) {
    Optional<String> environment = call.arguments().value(VerbOption.ENV);
    return read(call, () -> source.fromFile(cwd(call).resolve(word), environment, caller(call)))
        .compose(apps -> only(apps, word, call.arguments()));
  }

  /// With `--update-env`, what the caller's shell hands to programs.
  static Optional<Map<String, String>> shell(Call call) {
    return call.arguments().has(VerbOption.UPDATE_ENV)
        ? Optional.of(AppReader.shellVariables(call.request().environment()))
        : Optional.empty();
  }

  /// The app that the options of `start` describe.
  Future<List<AppSpec>> ofCommandLine(String script, Call call) {
    return read(
        call,
        () -> source.fromCommandLine(StartAttributes.of(script, call.arguments()), caller(call)));
  }

  private Future<List<AppSpec>> read(Call call, Callable<AppsOutcome> reading) {
    return vertx
        .executeBlocking(reading, false)
        .map(outcome -> Objects.requireNonNull(outcome, "outcome"))
        .recover(failure ->
            Future.failedFuture(
                failure instanceof InvalidPathException invalid
                    ? new CommandFailure(
                        "path \"%s\": %s".formatted(invalid.getInput(), invalid.getReason()))
                    : failure))
        .compose(outcome -> {
          outcome.warnings().forEach(call.session()::warn);
          return outcome.problems().isEmpty()
              ? Future.succeededFuture(outcome.apps())
              : Future.failedFuture(
                  new CommandFailure(outcome.problems().stream().map(Problem::toString).toList()));
        });
  }

  private static Future<List<AppSpec>> only(List<AppSpec> apps, String file, Arguments arguments) {
    List<String> names =
        arguments.value(VerbOption.ONLY).stream()
            .flatMap(list -> Arrays.stream(list.split("[, ]+")))
            .filter(name -> !name.isEmpty())
            .toList();
    if (!arguments.has(VerbOption.ONLY)) {
      return Future.succeededFuture(apps);
    }
    List<String> known = apps.stream().map(app -> app.name().value()).toList();
    List<String> unknown = names.stream().filter(name -> !known.contains(name)).toList();
    if (names.isEmpty() || !unknown.isEmpty()) {
      return Future.failedFuture(
          new CommandFailure(
              "--only %s: the apps of %s are %s"
                  .formatted(
                      String.join(",", unknown),
                      file,
                      known.stream().collect(Collectors.joining(", ")))));
    }
    return Future.succeededFuture(
        apps.stream().filter(app -> names.contains(app.name().value())).toList());
  }

  private static Path cwd(Call call) {
    return Path.of(call.request().cwd());
  }

  private static Caller caller(Call call) {
    return new Caller(cwd(call), call.request().environment());
  }
}
