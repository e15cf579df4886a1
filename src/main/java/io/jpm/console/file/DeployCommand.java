package io.jpm.console.file;

import io.jpm.config.AppReader;
import io.jpm.config.command.CallerContext;
import io.jpm.config.deploy.Deployment;
import io.jpm.config.syntax.DefaultProcessFiles;
import io.jpm.config.values.Problem;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.CommandTools;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The daemon's part of `jpm deploy`: validates the `deploy` section of the process file and prints
/// it as lines for `bin/jpm-deploy`. The script performs the deployment, because ssh needs the
/// caller's terminal and agent.
public final class DeployCommand implements ConsoleCommand {
  private static final String PACKAGE = "package.json";

  private final Vertx vertx;
  private final CommandTools commandTools;

  public DeployCommand(Vertx vertx, CommandTools commandTools) {
    this.vertx = vertx;
    this.commandTools = commandTools;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> targets = commandCall.arguments().targets();
    boolean named = !targets.isEmpty() && AppReader.isProcessFile(targets.getFirst());
    List<String> rest = named ? targets.subList(1, targets.size()) : targets;
    if (rest.size() > 1) {
      return Future.failedFuture(
          new CommandFailure(
              "jpm deploy requires the script bin/jpm-deploy, which did not run: if it is missing, reinstall jpm"));
    }
    CallerContext callerContext =
        new CallerContext(
            Path.of(commandCall.request().cwd()), commandCall.request().environment());
    String environment = rest.isEmpty() ? "" : rest.getFirst();
    return vertx
        .executeBlocking(
            () -> {
              Path file = named ? path(targets.getFirst()) : usual(callerContext.cwd());
              return lines(file, environment, callerContext, commandCall.session());
            },
            false)
        .map(lines -> {
          commandCall.session().out(Objects.requireNonNull(lines));
          return ExitCode.OK;
        });
  }

  private static Path path(String word) {
    try {
      return Path.of(word);
    } catch (InvalidPathException _) {
      throw new CommandFailure(
          "the file name is not a valid path: check it for control characters");
    }
  }

  private static Path usual(Path cwd) {
    Optional<String> found = DefaultProcessFiles.findIn(cwd).stream().findFirst();
    if (found.isEmpty() && Files.exists(cwd.resolve(PACKAGE))) {
      return Path.of(PACKAGE);
    }
    return found
        .map(Path::of)
        .orElseThrow(() ->
            new CommandFailure(
                "no process file was found in %s: specify one, or create one of %s, %s"
                    .formatted(cwd, String.join(", ", DefaultProcessFiles.NAMES), PACKAGE)));
  }

  private String lines(
      Path file, String environment, CallerContext callerContext, Session session) {
    Deployment.Outcome outcome = commandTools.files().deployment(file, environment, callerContext);
    if (outcome.deployment().isEmpty()) {
      throw new CommandFailure(outcome.problems().stream().map(Problem::toString).toList());
    }
    outcome.warnings().forEach(session::warn);
    return DeployLines.of(file.toString(), outcome.deployment().get());
  }
}
