package io.jpm.console;

import io.jpm.config.AppReader;
import io.jpm.config.AppsOutcome;
import io.jpm.config.Caller;
import io.jpm.config.Problem;
import io.jpm.config.UsualFiles;
import io.jpm.model.AppSpec;
import io.jpm.model.LineFormat;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/// Reads apps off the event loop and turns their problems into failures.
final class FileApps {
  private static final String STDIN = "-";

  private final Vertx vertx;
  private final AppSource source;

  FileApps(Vertx vertx, AppSource source) {
    this.vertx = vertx;
    this.source = source;
  }

  /// Whether a target is a process file: `-`, a name with an ending of theirs, or the path of a
  /// directory of them (a word without a slash may be an app's name).
  Future<Boolean> isProcessFile(String word, Call call) {
    if (word.equals(STDIN) || source.isProcessFile(word)) {
      return Future.succeededFuture(true);
    }
    boolean isPath = word.contains("/") || word.equals(".") || word.equals("..");
    return isPath ? isDirectory(word, call) : Future.succeededFuture(false);
  }

  /// The same where only process files can be meant.
  Future<Boolean> isSurelyProcessFile(String word, Call call) {
    return isProcessFile(word, call)
        .compose(known -> known ? Future.succeededFuture(true) : isDirectory(word, call));
  }

  /// The targets of a command; where it has none, the usual process file of the caller's directory.
  Future<List<String>> targets(Call call) {
    if (!call.arguments().targets().isEmpty()) {
      return Future.succeededFuture(call.arguments().targets());
    }
    return blocking(() -> source.usualFiles(cwd(call))).compose(found -> theFirst(found, call));
  }

  private static Future<List<String>> theFirst(List<String> found, Call call) {
    if (found.isEmpty()) {
      return Future.failedFuture(
          new CommandFailure(
              "nothing is named, and %s has none of %s"
                  .formatted(call.request().cwd(), String.join(", ", UsualFiles.NAMES))));
    }
    if (found.size() > 1) {
      call.session()
          .warn(
              "%s is read, not %s"
                  .formatted(found.getFirst(), String.join(", ", found.subList(1, found.size()))));
    }
    return Future.succeededFuture(found.subList(0, 1));
  }

  private Future<Boolean> isDirectory(String word, Call call) {
    return blocking(() -> source.isDirectory(cwd(call).resolve(word))).otherwise(false);
  }

  private <T> Future<T> blocking(Callable<T> work) {
    return vertx.executeBlocking(work, false).map(result -> Objects.requireNonNull(result));
  }

  /// The apps of a process file, those that `--only` names if it is given.
  Future<List<AppSpec>> ofFile(String word, Call call) {
    return outcomeOf(word, call).map(AppsOutcome::apps);
  }

  /// The same with what else the file says; there are no problems in it.
  Future<AppsOutcome> outcomeOf(String word, Call call) {
    return all(word, call)
        .compose(all ->
            only(all.apps(), word, call.arguments())
                .map(apps -> new AppsOutcome(apps, List.of(), List.of(), all.hot())));
  }

  /// Where the file of a target is; empty: on standard input.
  static Optional<Path> placeOf(String word, Call call) {
    return word.equals(STDIN) ? Optional.empty() : Optional.of(cwd(call).resolve(word).normalize());
  }

  /// The names after `--only`.
  static List<String> onlyNames(Arguments arguments) {
    return arguments.value(VerbOption.ONLY).stream()
        .flatMap(list -> Arrays.stream(list.split("[, ]+")))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  private Future<AppsOutcome> all(String word, Call call) {
    Optional<String> environment = call.arguments().value(VerbOption.ENV);
    if (!word.equals(STDIN)) {
      return read(call, () -> source.fromFile(cwd(call).resolve(word), environment, caller(call)));
    }
    byte[] content = call.request().stdin().orElse(null);
    return content == null
        ? Future.failedFuture(
            new CommandFailure(
                "- is a process file on standard input: jpm %s - < apps.json"
                    .formatted(call.request().argv().getFirst())))
        : read(call, () -> source.fromStdin(content, environment, caller(call)));
  }

  /// With `--update-env`, what the caller's shell hands to programs.
  static Optional<Map<String, String>> shell(Call call) {
    return call.arguments().has(VerbOption.UPDATE_ENV)
        ? Optional.of(AppReader.shellVariables(call.request().environment()))
        : Optional.empty();
  }

  /// Whether the command waits until what it starts has lasted for a moment: unless `--no-wait` is
  /// given.
  static boolean lasting(Call call) {
    return !call.arguments().has(VerbOption.NO_WAIT);
  }

  /// The app that the options of `start` describe.
  Future<List<AppSpec>> ofCommandLine(String script, Call call) {
    return ofAttributes(StartAttributes.of(script, call.arguments()), call);
  }

  /// The app that these attributes describe.
  Future<List<AppSpec>> ofAttributes(Map<String, Object> attributes, Call call) {
    return read(call, () -> source.fromCommandLine(attributes, caller(call)))
        .map(AppsOutcome::apps);
  }

  /// The app that attributes describe.
  ///
  /// @param caller whose PATH and variables it has
  Future<List<AppSpec>> ofAttributes(Map<String, Object> attributes, Caller caller, Call call) {
    return read(call, () -> source.fromCommandLine(attributes, caller)).map(AppsOutcome::apps);
  }

  /// An app that is in the list, described by the options of the command alone.
  ///
  /// @param left options that are left out
  Future<AppSpec> ofKnown(AppSpec known, Collection<VerbOption> left, Call call) {
    Map<String, Object> attributes =
        StartAttributes.of(known.command().script().toString(), call.arguments());
    attributes.remove("args");
    left.forEach(option -> option.attribute().ifPresent(key -> attributes.remove(key.key())));
    known
        .command()
        .interpreter()
        .ifPresent(program -> attributes.put("interpreter", program.toString()));
    attributes.put("cwd", known.cwd().toString());
    if (known.cluster().enabled()) {
      attributes.put("exec_mode", "cluster");
    }
    boolean ofWatch =
        attributes.containsKey("ignore_watch") || attributes.containsKey("watch_delay");
    if (ofWatch && !attributes.containsKey("watch")) {
      known
          .triggers()
          .watch()
          .ifPresent(watch ->
              attributes.put("watch", watch.paths().stream().map(Path::toString).toList()));
    }
    if (attributes.containsKey("time_zone") && !attributes.containsKey("cron_restart")) {
      known
          .triggers()
          .schedule()
          .ifPresent(schedule -> attributes.put("cron_restart", schedule.expression()));
    }
    boolean ofDate = attributes.containsKey("log_date_format") || attributes.containsKey("time");
    if (ofDate && known.logs().format() instanceof LineFormat.Json) {
      attributes.putIfAbsent("log_type", "json");
    }
    return read(call, () -> source.fromCommandLine(attributes, caller(call)))
        .map(outcome -> outcome.apps().getFirst());
  }

  private Future<AppsOutcome> read(Call call, Callable<AppsOutcome> reading) {
    return blocking(reading)
        .recover(failure ->
            Future.failedFuture(
                failure instanceof InvalidPathException invalid
                    ? new CommandFailure(
                        "path \"%s\": %s".formatted(invalid.getInput(), invalid.getReason()))
                    : failure))
        .compose(outcome -> {
          outcome.warnings().forEach(call.session()::warn);
          return outcome.problems().isEmpty()
              ? Future.succeededFuture(outcome)
              : Future.failedFuture(
                  new CommandFailure(outcome.problems().stream().map(Problem::toString).toList()));
        });
  }

  private static Future<List<AppSpec>> only(List<AppSpec> apps, String file, Arguments arguments) {
    List<String> names = onlyNames(arguments);
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
