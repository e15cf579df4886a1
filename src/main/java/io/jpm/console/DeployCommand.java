package io.jpm.console;

import io.jpm.config.AppReader;
import io.jpm.config.Caller;
import io.jpm.config.Deployment;
import io.jpm.config.Problem;
import io.jpm.config.UsualFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The daemon's half of `jpm deploy`: the checked section of the process file as lines for
/// `bin/jpm-deploy`, which does the work, since ssh wants the caller's terminal and agent.
final class DeployCommand implements ConsoleCommand {
  private static final String PACKAGE = "package.json";

  private final Vertx vertx;
  private final Tools tools;

  DeployCommand(Vertx vertx, Tools tools) {
    this.vertx = vertx;
    this.tools = tools;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    List<String> targets = call.arguments().targets();
    boolean named = !targets.isEmpty() && AppReader.isProcessFile(targets.getFirst());
    List<String> rest = named ? targets.subList(1, targets.size()) : targets;
    if (rest.size() > 1) {
      return Future.failedFuture(
          new CommandFailure("the part of bin/jpm that deploys is missing: bin/jpm-deploy"));
    }
    Caller caller = new Caller(Path.of(call.request().cwd()), call.request().environment());
    String environment = rest.isEmpty() ? "" : rest.getFirst();
    return vertx
        .executeBlocking(
            () -> {
              Path file = named ? path(targets.getFirst()) : usual(caller.cwd());
              return lines(file, environment, caller, call.session());
            },
            false)
        .map(lines -> {
          call.session().out(Objects.requireNonNull(lines));
          return ExitCode.OK;
        });
  }

  private static Path path(String word) {
    try {
      return Path.of(word);
    } catch (InvalidPathException _) {
      throw new CommandFailure("the file's name is no path");
    }
  }

  private static Path usual(Path cwd) {
    Optional<String> found = UsualFiles.in(cwd).stream().findFirst();
    if (found.isEmpty() && Files.exists(cwd.resolve(PACKAGE))) {
      return Path.of(PACKAGE);
    }
    return found
        .map(Path::of)
        .orElseThrow(() ->
            new CommandFailure(
                "no file is named, and %s has none of %s, %s"
                    .formatted(cwd, String.join(", ", UsualFiles.NAMES), PACKAGE)));
  }

  private String lines(Path file, String environment, Caller caller, Session session) {
    Deployment.Outcome outcome = tools.files().deployment(file, environment, caller);
    if (outcome.deployment().isEmpty()) {
      throw new CommandFailure(outcome.problems().stream().map(Problem::toString).toList());
    }
    outcome.warnings().forEach(session::warn);
    return DeployLines.of(file.toString(), outcome.deployment().get());
  }
}
