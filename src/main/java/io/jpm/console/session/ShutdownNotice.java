package io.jpm.console.session;

import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Tracks commands in progress that the end of the daemon would cut off, so that their clients
/// receive a reason. Confined to ConsoleVerticle's context.
public final class ShutdownNotice {
  private final Set<Session> waiting = new HashSet<>();
  private final Set<Session> following = new HashSet<>();

  /// Registers the client until `work` has completed.
  public <T> Future<T> during(Session session, Future<T> work) {
    waiting.add(session);
    return work.onComplete(_ -> waiting.remove(session));
  }

  /// Registers the client of a command that only follows something. The client resumes it in the
  /// next daemon, so it is notified only if there will be none ([#end]).
  public <T> Future<T> following(Session session, Future<T> work) {
    following.add(session);
    return work.onComplete(_ -> following.remove(session));
  }

  /// Ends all commands as failed, because no daemon follows this one.
  ///
  /// @param why the message for the user
  /// @return completes when all clients have received it, or are gone
  public Future<Void> end(String why) {
    waiting.addAll(following);
    following.clear();
    return failUnfinished(why);
  }

  /// Ends the unfinished commands as failed.
  ///
  /// @param why the message for the user, with what to do
  /// @return completes when all clients have received it, or are gone
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
