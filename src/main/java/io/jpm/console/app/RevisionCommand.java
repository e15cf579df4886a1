package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.ActionSummary;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.CommandTools;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.ShutdownNotice;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/// Runs `jpm pull`, `backward` and `forward`, which move the working copy of an app to another
/// commit, run its `post_update` commands, and reload the app.
///
/// To prevent data loss, the working copy is moved only if a branch with an upstream is checked
/// out, there are no uncommitted changes, and the remote contains the current commit.
public final class RevisionCommand implements ConsoleCommand {
  private static final int SHORT = 7;

  private final Direction direction;
  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final CommandTools commandTools;
  private final ShutdownNotice shutdownNotice;

  /// The commit to move to.
  public enum Direction {
    /// The newest commit of the upstream branch, or the commit that the user specifies.
    PULL("jpm pull accepts only an app and a commit: jpm pull web v1.2"),
    /// The previous commit.
    BACKWARD("jpm backward accepts only one app: jpm backward web"),
    /// The next commit on the path to the newest commit of the upstream branch.
    FORWARD("jpm forward accepts only one app: jpm forward web");

    private final String usage;

    Direction(String usage) {
      this.usage = usage;
    }
  }

  /// Creates the command for a direction.
  ///
  /// @param shutdownNotice notifies clients when the daemon shuts down
  public RevisionCommand(
      Direction direction,
      Vertx vertx,
      DaemonClient daemonClient,
      CommandTools commandTools,
      ShutdownNotice shutdownNotice) {
    this.direction = direction;
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.commandTools = commandTools;
    this.shutdownNotice = shutdownNotice;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> targets = commandCall.arguments().targets();
    int most = direction == Direction.PULL ? 2 : 1;
    if (targets.size() > most) {
      return failed(direction.usage);
    }
    return daemonClient
        .executeOrFail(new GodCommand.Show(List.of(targets.getFirst())))
        .compose(instances -> app(instances, targets.getFirst()))
        .compose(spec ->
            shutdownNotice.during(commandCall.session(), new Move(spec, commandCall).all()));
  }

  private static Future<AppSpec> app(List<InstanceView> instances, String word) {
    List<AppSpec> specs = instances.stream().map(InstanceView::spec).distinct().limit(2).toList();
    boolean one = instances.stream().map(view -> view.spec().name()).distinct().count() == 1;
    return one
        ? Future.succeededFuture(specs.getFirst())
        : failed(word + " matches several apps: specify one app by its name");
  }

  private static <T> Future<T> failed(String why) {
    return Future.failedFuture(new CommandFailure(why));
  }

  /// Moves the working copy of one app.
  private final class Move {
    private final AppSpec spec;
    private final CommandCall commandCall;
    private final GitCheckout git;

    Move(AppSpec spec, CommandCall commandCall) {
      this.spec = spec;
      this.commandCall = commandCall;
      this.git =
          new GitCheckout(
              vertx,
              commandTools.externalPrograms(),
              spec.cwd(),
              commandCall.request().environment(),
              spec.runAs());
    }

    Future<ExitCode> all() {
      return git.top()
          .compose(top ->
              git.clean()
                  .compose(_ -> git.upstream())
                  .compose(branch ->
                      git.commit("HEAD")
                          .compose(from ->
                              target(branch)
                                  .compose(to ->
                                      moved(from.orElse(""), to, branch)
                                          .compose(moved ->
                                              moved
                                                  ? updated(from.orElse(""), to.orElse(""), top)
                                                  : unmoved(from.orElse("")))))))
          .recover(failure ->
              failure instanceof CommandFailure known
                  ? Future.failedFuture(
                      new CommandFailure(
                          known.problems().stream().map(it -> spec.name() + ": " + it).toList()))
                  : Future.failedFuture(failure));
    }

    /// Returns the target commit; empty if there is no further commit.
    private Future<Optional<String>> target(String branch) {
      List<String> words = commandCall.arguments().targets();
      return switch (direction) {
        case BACKWARD -> git.commit("HEAD~1");
        case FORWARD ->
            git.next(branch)
                .compose(next ->
                    next.isPresent()
                        ? Future.succeededFuture(next)
                        : git.fetch().compose(_ -> git.next(branch)));
        case PULL ->
            git.fetch()
                .compose(_ -> words.size() == 2 ? named(words.getLast()) : git.commit(branch));
      };
    }

    private Future<Optional<String>> named(String word) {
      return git.commit(word)
          .compose(found ->
              found.isPresent()
                  ? Future.succeededFuture(found)
                  : failed(
                      "commit %s does not exist: check its name, or push it to the remote"
                          .formatted(word)));
    }

    private Future<Boolean> moved(String from, Optional<String> to, String branch) {
      if (to.isEmpty() || to.get().equals(from)) {
        return Future.succeededFuture(false);
      }
      return git.isIn(from, branch)
          .compose(known -> {
            if (known) {
              return git.resetTo(to.get()).map(true);
            }
            return git.isIn(to.get(), from)
                .compose(ahead ->
                    ahead
                            && direction == Direction.PULL
                            && commandCall.arguments().targets().size() == 1
                        ? Future.succeededFuture(false)
                        : failed(
                            "%s contains commits that are not in %s: push them, or use git to move to another commit"
                                .formatted(spec.cwd(), branch)));
          });
    }

    /// Reports that the working copy was not moved. As in PM2, the command fails, except for a pull
    /// that is up to date.
    private Future<ExitCode> unmoved(String at) {
      String what =
          switch (direction) {
            case BACKWARD -> "the working copy is already at the first commit";
            case FORWARD -> "the working copy is already at the newest commit";
            case PULL -> "is up to date";
          };
      if (direction != Direction.PULL) {
        return failed(what + ", " + brief(at));
      }
      if (commandCall.arguments().has(VerbOption.JSON)) {
        report(at, at);
      } else {
        commandCall.session().info("%s %s, %s".formatted(spec.name(), what, brief(at)));
      }
      return Future.succeededFuture(ExitCode.OK);
    }

    private Future<ExitCode> updated(String from, String to, java.nio.file.Path top) {
      boolean json = commandCall.arguments().has(VerbOption.JSON);
      if (!json) {
        commandCall.session().info("%s: %s → %s".formatted(spec.name(), brief(from), brief(to)));
      }
      return new PostUpdates(vertx, commandTools, commandCall)
          .run(spec, top)
          .recover(failure -> restoreCommit(failure, from))
          .compose(_ ->
              daemonClient.god(
                  new GodCommand.Reload(
                      List.of(spec.name().value()), List.of(), 1, Optional.empty())))
          .compose(reply -> {
            if (!json) {
              return ActionSummary.ofReload(reply, daemonClient, commandCall.session());
            }
            report(from, to);
            return reply.problems().isEmpty()
                ? Future.succeededFuture(ExitCode.OK)
                : Future.failedFuture(new CommandFailure(reply.problems()));
          });
    }

    private <T> Future<T> restoreCommit(Throwable failure, String from) {
      if (!(failure instanceof CommandFailure)) {
        return Future.failedFuture(failure);
      }
      return git.resetTo(from)
          .compose(_ ->
              failed(
                  "%s; the working copy was reset to %s, and the app was not reloaded"
                      .formatted(failure.getMessage(), brief(from))));
    }

    private void report(String from, String to) {
      JsonObject json =
          new JsonObject()
              .put("app", spec.name().value())
              .put("from", from)
              .put("to", to)
              .put("changed", !from.equals(to));
      commandCall.session().out(TerminalSanitizer.json(json) + "\n");
    }
  }

  private static String brief(String commit) {
    return commit.length() <= SHORT ? commit : commit.substring(0, SHORT);
  }
}
