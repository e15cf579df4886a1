package io.jpm.console.file;

import io.jpm.config.AppReader;
import io.jpm.config.AppsOutcome;
import io.jpm.config.command.CallerContext;
import io.jpm.config.syntax.DefaultProcessFiles;
import io.jpm.config.values.Problem;
import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
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

/// Reads app specs on worker threads and reports problems in the files as command failures.
public final class FileApps {
  private static final String STDIN = "-";

  private final Vertx vertx;
  private final AppSource source;

  public FileApps(Vertx vertx, AppSource source) {
    this.vertx = vertx;
    this.source = source;
  }

  /// Reports whether a target is a process file: `-`, a name with one of the supported extensions,
  /// or the path of a directory of process files. A word without a slash is not treated as a
  /// directory, because it may be the name of an app.
  public Future<Boolean> isProcessFile(String word, CommandCall commandCall) {
    if (word.equals(STDIN) || source.isProcessFile(word)) {
      return Future.succeededFuture(true);
    }
    boolean isPath = word.contains("/") || word.equals(".") || word.equals("..");
    return isPath ? isDirectory(word, commandCall) : Future.succeededFuture(false);
  }

  /// Reports whether a target is a process file or a directory of process files, for commands that
  /// accept only process files. Unlike in [#isProcessFile], the directory name need not contain a
  /// slash.
  public Future<Boolean> isProcessFileOrDirectory(String word, CommandCall commandCall) {
    return isProcessFile(word, commandCall)
        .compose(known -> known ? Future.succeededFuture(true) : isDirectory(word, commandCall));
  }

  /// Returns the targets of a command or, if there are none, the default process file in the
  /// caller's directory.
  public Future<List<String>> targets(CommandCall commandCall) {
    if (!commandCall.arguments().targets().isEmpty()) {
      return Future.succeededFuture(commandCall.arguments().targets());
    }
    return blocking(() -> source.usualFiles(cwd(commandCall)))
        .compose(found -> theFirst(found, commandCall));
  }

  private static Future<List<String>> theFirst(List<String> found, CommandCall commandCall) {
    if (found.isEmpty()) {
      return Future.failedFuture(
          new CommandFailure(
              "no process file was found in %s: specify one, or create one of %s"
                  .formatted(
                      commandCall.request().cwd(), String.join(", ", DefaultProcessFiles.NAMES))));
    }
    if (found.size() > 1) {
      commandCall
          .session()
          .warn(
              "using %s and ignoring %s"
                  .formatted(found.getFirst(), String.join(", ", found.subList(1, found.size()))));
    }
    return Future.succeededFuture(found.subList(0, 1));
  }

  private Future<Boolean> isDirectory(String word, CommandCall commandCall) {
    return blocking(() -> source.isDirectory(cwd(commandCall).resolve(word))).otherwise(false);
  }

  private <T> Future<T> blocking(Callable<T> work) {
    return vertx.executeBlocking(work, false).map(result -> Objects.requireNonNull(result));
  }

  /// Returns the apps of a process file, limited to those selected by `--only`.
  public Future<List<AppSpec>> loadFile(String word, CommandCall commandCall) {
    return loadOutcome(word, commandCall).map(AppsOutcome::apps);
  }

  /// Returns the apps of a process file, limited to those selected by `--only`, and whether the
  /// file requests to be watched. Fails if the file has problems.
  public Future<AppsOutcome> loadOutcome(String word, CommandCall commandCall) {
    return all(word, commandCall)
        .compose(all ->
            only(all.apps(), word, commandCall.arguments())
                .map(apps -> new AppsOutcome(apps, List.of(), List.of(), all.watchRequested())));
  }

  /// Returns the path of a process file; empty for standard input.
  public static Optional<Path> pathOf(String word, CommandCall commandCall) {
    return word.equals(STDIN)
        ? Optional.empty()
        : Optional.of(cwd(commandCall).resolve(word).normalize());
  }

  /// Returns the app names in the value of `--only`; empty if the option is absent.
  public static List<String> onlyNames(Arguments arguments) {
    return arguments.value(VerbOption.ONLY).stream()
        .flatMap(list -> Arrays.stream(list.split("[, ]+")))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  private Future<AppsOutcome> all(String word, CommandCall commandCall) {
    Optional<String> environment = commandCall.arguments().value(VerbOption.ENV);
    if (!word.equals(STDIN)) {
      return read(
          commandCall,
          () -> source.fromFile(cwd(commandCall).resolve(word), environment, caller(commandCall)));
    }
    byte[] content = commandCall.request().stdin().orElse(null);
    return content == null
        ? Future.failedFuture(
            new CommandFailure(
                "the target - requires a process file on standard input: jpm %s - < apps.json"
                    .formatted(commandCall.request().argv().getFirst())))
        : read(commandCall, () -> source.fromStdin(content, environment, caller(commandCall)));
  }

  /// Returns the variables of the caller's shell if `--update-env` is present; otherwise empty.
  public static Optional<Map<String, String>> shellVariables(CommandCall commandCall) {
    return commandCall.arguments().has(VerbOption.UPDATE_ENV)
        ? Optional.of(AppReader.shellVariables(commandCall.request().environment()))
        : Optional.empty();
  }

  /// Reports whether the command waits until the started processes have run for a short time, which
  /// is the default. `--no-wait` disables it.
  public static boolean awaitStable(CommandCall commandCall) {
    return !commandCall.arguments().has(VerbOption.NO_WAIT);
  }

  /// Returns the app that the options of `jpm start` define, as a list of one spec.
  public Future<List<AppSpec>> loadCommandLine(String script, CommandCall commandCall) {
    return loadAttributes(StartAttributes.of(script, commandCall.arguments()), commandCall);
  }

  /// Returns the app that the attributes define, as a list of one spec. PATH and other variables
  /// come from the caller.
  public Future<List<AppSpec>> loadAttributes(
      Map<String, Object> attributes, CommandCall commandCall) {
    return read(commandCall, () -> source.fromCommandLine(attributes, caller(commandCall)))
        .map(AppsOutcome::apps);
  }

  /// Returns the app that the attributes define, as a list of one spec.
  ///
  /// @param callerContext the working directory and the variables, including PATH
  public Future<List<AppSpec>> loadAttributes(
      Map<String, Object> attributes, CallerContext callerContext, CommandCall commandCall) {
    return read(commandCall, () -> source.fromCommandLine(attributes, callerContext))
        .map(AppsOutcome::apps);
  }

  /// Builds a spec from the options of the command. The script, interpreter and working directory
  /// are those of the listed app `known`.
  ///
  /// @param known the current spec of the listed app
  /// @param left the options to ignore
  public Future<AppSpec> withOptions(
      AppSpec known, Collection<VerbOption> left, CommandCall commandCall) {
    Map<String, Object> attributes =
        StartAttributes.of(known.command().script().toString(), commandCall.arguments());
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
    return read(commandCall, () -> source.fromCommandLine(attributes, caller(commandCall)))
        .map(outcome -> outcome.apps().getFirst());
  }

  private Future<AppsOutcome> read(CommandCall commandCall, Callable<AppsOutcome> reading) {
    return blocking(reading)
        .recover(failure ->
            Future.failedFuture(
                failure instanceof InvalidPathException invalid
                    ? new CommandFailure(
                        "\"%s\" is not a valid path: %s"
                            .formatted(invalid.getInput(), invalid.getReason()))
                    : failure))
        .compose(outcome -> {
          outcome.warnings().forEach(commandCall.session()::warn);
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
              "--only \"%s\" does not match any app: the apps in %s are %s"
                  .formatted(
                      String.join(",", unknown),
                      file,
                      known.stream().collect(Collectors.joining(", ")))));
    }
    return Future.succeededFuture(
        apps.stream().filter(app -> names.contains(app.name().value())).toList());
  }

  private static Path cwd(CommandCall commandCall) {
    return Path.of(commandCall.request().cwd());
  }

  private static CallerContext caller(CommandCall commandCall) {
    return new CallerContext(cwd(commandCall), commandCall.request().environment());
  }
}
