package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.InstanceView;
import io.jpm.console.text.TerminalText;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/// `jpm pull`, `backward` and `forward`: another commit of the working copy that an app runs in,
/// its `post_update` commands, and a reload.
///
/// Only a branch that follows one of a remote is moved, only when nothing in the working copy is
/// changed, and only away from commits that the remote has: so nothing is lost.
final class RevisionCommand implements ConsoleCommand {
  private static final int SHORT = 7;

  private final Way way;
  private final Vertx vertx;
  private final Rooms rooms;
  private final Tools tools;
  private final Farewell farewell;

  /// Which commit to go to.
  enum Way {
    /// The newest of the remote, or one that is named.
    PULL("pull takes an app and at most one commit: jpm pull web v1.2"),
    /// The one before.
    BACKWARD("backward takes one app: jpm backward web"),
    /// The next one on the way to the newest.
    FORWARD("forward takes one app: jpm forward web");

    private final String usage;

    Way(String usage) {
      this.usage = usage;
    }
  }

  /// @param farewell who tells clients that the daemon ends
  RevisionCommand(Way way, Vertx vertx, Rooms rooms, Tools tools, Farewell farewell) {
    this.way = way;
    this.vertx = vertx;
    this.rooms = rooms;
    this.tools = tools;
    this.farewell = farewell;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    List<String> targets = call.arguments().targets();
    int most = way == Way.PULL ? 2 : 1;
    if (targets.size() > most) {
      return failed(way.usage);
    }
    return rooms
        .obeyed(new GodCommand.Show(List.of(targets.getFirst())))
        .compose(instances -> app(instances, targets.getFirst()))
        .compose(spec -> farewell.during(call.session(), new Move(spec, call).all()));
  }

  private static Future<AppSpec> app(List<InstanceView> instances, String word) {
    List<AppSpec> specs = instances.stream().map(InstanceView::spec).distinct().limit(2).toList();
    boolean one = instances.stream().map(view -> view.spec().name()).distinct().count() == 1;
    return one
        ? Future.succeededFuture(specs.getFirst())
        : failed(word + " is not one app: name one");
  }

  private static <T> Future<T> failed(String why) {
    return Future.failedFuture(new CommandFailure(why));
  }

  /// One move of one app.
  private final class Move {
    private final AppSpec spec;
    private final Call call;
    private final Checkout git;

    Move(AppSpec spec, Call call) {
      this.spec = spec;
      this.call = call;
      this.git = new Checkout(vertx, tools.programs(), spec.cwd(), call.request().environment());
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

    /// Where to go; empty: there is nothing beyond.
    private Future<Optional<String>> target(String branch) {
      List<String> words = call.arguments().targets();
      return switch (way) {
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
                  : failed("there is no commit %s".formatted(word)));
    }

    private Future<Boolean> moved(String from, Optional<String> to, String branch) {
      if (to.isEmpty() || to.get().equals(from)) {
        return Future.succeededFuture(false);
      }
      return git.isIn(from, branch)
          .compose(known -> {
            if (known) {
              return git.become(to.get()).map(true);
            }
            return git.isIn(to.get(), from)
                .compose(ahead ->
                    ahead && way == Way.PULL && call.arguments().targets().size() == 1
                        ? Future.succeededFuture(false)
                        : failed(
                            "%s has commits that %s has not: push them, or go there by git yourself"
                                .formatted(spec.cwd(), branch)));
          });
    }

    /// PM2 has nothing to do there either; only a pull that is up to date is what was wanted.
    private Future<ExitCode> unmoved(String at) {
      String what =
          switch (way) {
            case BACKWARD -> "is at the first commit";
            case FORWARD -> "is at the newest commit";
            case PULL -> "is up to date";
          };
      if (way != Way.PULL) {
        return failed(what + ", " + brief(at));
      }
      if (call.arguments().has(VerbOption.JSON)) {
        report(at, at);
      } else {
        call.session().info("%s %s, %s".formatted(spec.name(), what, brief(at)));
      }
      return Future.succeededFuture(ExitCode.OK);
    }

    private Future<ExitCode> updated(String from, String to, java.nio.file.Path top) {
      boolean json = call.arguments().has(VerbOption.JSON);
      if (!json) {
        call.session().info("%s: %s → %s".formatted(spec.name(), brief(from), brief(to)));
      }
      return new PostUpdates(vertx, tools, call)
          .run(spec, top)
          .recover(failure -> wentBack(failure, from))
          .compose(_ ->
              rooms.god(
                  new GodCommand.Reload(
                      List.of(spec.name().value()), List.of(), 1, Optional.empty())))
          .compose(reply -> {
            if (!json) {
              return Report.ofReload(reply, rooms, call.session());
            }
            report(from, to);
            return reply.problems().isEmpty()
                ? Future.succeededFuture(ExitCode.OK)
                : Future.failedFuture(new CommandFailure(reply.problems()));
          });
    }

    private <T> Future<T> wentBack(Throwable failure, String from) {
      if (!(failure instanceof CommandFailure)) {
        return Future.failedFuture(failure);
      }
      return git.become(from)
          .compose(_ ->
              failed(
                  "%s; went back to %s, nothing was reloaded"
                      .formatted(failure.getMessage(), brief(from))));
    }

    private void report(String from, String to) {
      JsonObject json =
          new JsonObject()
              .put("app", spec.name().value())
              .put("from", from)
              .put("to", to)
              .put("changed", !from.equals(to));
      call.session().out(TerminalText.json(json) + "\n");
    }
  }

  private static String brief(String commit) {
    return commit.length() <= SHORT ? commit : commit.substring(0, SHORT);
  }
}
