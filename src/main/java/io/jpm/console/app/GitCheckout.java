package io.jpm.console.app;

import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.ExternalPrograms;
import io.jpm.console.session.ExternalPrograms.Order;
import io.jpm.console.session.ExternalPrograms.Outcome;
import io.jpm.model.RunAs;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Inspects the git working copy of an app and moves it to other commits, by running git.
final class GitCheckout {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /// Prevents ssh from prompting the user. The caller's GIT_SSH_COMMAND overrides this setting, but
  /// git does not receive that variable if it runs as another user.
  private static final String WITHOUT_QUESTIONS = "core.sshCommand=ssh -o BatchMode=yes";

  private final Vertx vertx;
  private final ExternalPrograms externalPrograms;
  private final Path directory;
  private final Map<String, String> environment;
  private final RunAs runAs;
  private final Map<String, String> added;

  /// @param directory the working directory of the app
  /// @param environment the caller's environment variables, which may refer to ssh agents and keys
  /// @param runAs the user that git and its hooks run as. Anyone who can write to the working copy
  ///   can change the hooks, so they must run as the user of the app.
  GitCheckout(
      Vertx vertx,
      ExternalPrograms externalPrograms,
      Path directory,
      Map<String, String> environment,
      RunAs runAs) {
    this.vertx = vertx;
    this.externalPrograms = externalPrograms;
    this.directory = directory;
    this.runAs = runAs;
    Map<String, String> variables = new HashMap<>(environment);
    // If the caller is a git hook, these variables refer to another repository.
    variables
        .keySet()
        .removeAll(List.of("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"));
    // Disable prompts, because git runs in the daemon, where the user cannot answer them.
    this.added = Map.of("GIT_TERMINAL_PROMPT", "0", "LC_ALL", "C");
    this.environment = Map.copyOf(variables);
  }

  /// Returns the top directory of the working copy; fails if the app's directory is not in one.
  Future<Path> top() {
    return ask("rev-parse", "--show-toplevel")
        .compose(answer ->
            switch (answer) {
              case Outcome.Ended(int code, String out, String err) when code == 0 ->
                  Future.succeededFuture(Path.of(out.strip()));
              case Outcome.Ended(int code, String out, String err)
                  when err.contains("not a git repository") ->
                  failed(
                      "%s is not in a git working copy: this command requires one"
                          .formatted(directory));
              case Outcome.Ended(int code, String out, String err) -> failed(lastLine(err));
              case Outcome.Failed(String why) -> failed(why);
            });
  }

  /// Fails if tracked files have uncommitted changes.
  Future<Void> clean() {
    return git("status", "--porcelain", "--untracked-files=no")
        .compose(changes ->
            changes.isEmpty()
                ? Future.succeededFuture()
                : failed(
                    "%s has uncommitted changes (%s): commit or stash them first"
                        .formatted(directory, changes.lines().findFirst().orElse("").strip())));
  }

  /// Returns the full hash of the commit that `name` refers to; empty if there is no such commit.
  Future<Optional<String>> commit(String name) {
    return ask("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}")
        .compose(answer ->
            switch (answer) {
              case Outcome.Ended(int code, String out, String err) ->
                  Future.succeededFuture(code == 0 ? Optional.of(out.strip()) : Optional.empty());
              case Outcome.Failed(String why) -> failed(why);
            });
  }

  /// Returns the name of the upstream branch, such as `origin/main`.
  Future<String> upstream() {
    return ask("rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}")
        .compose(answer ->
            answer instanceof Outcome.Ended(int code, String out, String err) && code == 0
                ? Future.succeededFuture(out.strip())
                : failed(
                    "%s is not on a branch that has an upstream: set one with git branch --set-upstream-to"
                        .formatted(directory)));
  }

  /// Reports whether `commit` is an ancestor of `other` or is the same commit.
  Future<Boolean> isIn(String commit, String other) {
    return ask("merge-base", "--is-ancestor", commit, other)
        .compose(answer ->
            answer instanceof Outcome.Ended(int code, String out, String err) && code <= 1
                ? Future.succeededFuture(code == 0)
                : failed(
                    "git merge-base cannot compare the commits %s and %s"
                        .formatted(commit, other)));
  }

  Future<String> fetch() {
    return git("fetch", "--quiet", "--tags");
  }

  /// Returns the next commit on the path to `branch`; empty if the working copy is already at the
  /// tip of the branch.
  Future<Optional<String>> next(String branch) {
    return git("rev-list", "--first-parent", "--reverse", "HEAD.." + branch)
        .map(list -> list.lines().findFirst());
  }

  Future<String> resetTo(String commit) {
    return git("reset", "--hard", "--quiet", commit);
  }

  private Future<String> git(String... arguments) {
    return ask(arguments)
        .compose(answer ->
            switch (answer) {
              case Outcome.Ended(int code, String out, String err) when code == 0 ->
                  Future.succeededFuture(out.strip());
              case Outcome.Ended(int code, String out, String err) ->
                  failed("git %s: %s".formatted(arguments[0], lastLine(err)));
              case Outcome.Failed(String why) -> failed(why);
            });
  }

  private Future<Outcome> ask(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-c", WITHOUT_QUESTIONS));
    command.addAll(List.of(arguments));
    return Future.fromCompletionStage(
        externalPrograms.run(new Order(command, directory, environment, LIMIT, runAs, added)),
        vertx.getOrCreateContext());
  }

  private static String lastLine(String err) {
    return err.lines().filter(line -> !line.isBlank()).reduce((_, last) -> last).orElse("failed");
  }

  private static <T> Future<T> failed(String why) {
    return Future.failedFuture(new CommandFailure(why));
  }
}
