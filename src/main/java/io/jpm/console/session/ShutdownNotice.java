package io.jpm.console.session;

import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Tracks the commands that the shutdown of the daemon would interrupt, so that their clients
/// receive the reason. Confined to ConsoleVerticle's context.
public final class ShutdownNotice {
  private final Set<Session> waiting = new HashSet<>();
  private final Set<Session> following = new HashSet<>();

  /// Registers the client of a command until `work` has completed.
  public <T> Future<T> during(Session session, Future<T> work) {
    waiting.add(session);
    return work.onComplete(_ -> waiting.remove(session));
  }

  /// Registers, until `work` has completed, the client of a command that only follows output or
  /// events. The client resumes the command with the next daemon, so it is notified only if there
  /// will be no next daemon ([#end]).
  public <T> Future<T> following(Session session, Future<T> work) {
    following.add(session);
    return work.onComplete(_ -> following.remove(session));
  }

  /// Fails all commands, because no daemon will replace this one.
  ///
  /// @param why the message for the user
  /// @return completes when all clients have received the message or are gone
  public Future<Void> end(String why) {
    waiting.addAll(following);
    following.clear();
    return failUnfinished(why);
  }

  /// Fails the unfinished commands.
  ///
  /// @param why the message for the user, including what to do next
  /// @return completes when all clients have received the message or are gone
  public Future<Void> failUnfinished(String why) {
    List<Session> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(session -> {
      session.error(why);
      session.finish(ExitCode.FAILED);
    });
    return all.isEmpty()
        ? Future.succeededFuture()
        : Future.join(all.stream().map(Session::ended).toList()).mapEmpty();
  }
}
