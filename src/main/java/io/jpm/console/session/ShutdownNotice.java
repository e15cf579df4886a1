package io.jpm.console.session;

import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Who is in the midst of a command that the daemon's end would cut off, so that they hear why.
/// Owned by ConsoleVerticle's context.
public final class ShutdownNotice {
  private final Set<Session> waiting = new HashSet<>();
  private final Set<Session> following = new HashSet<>();

  /// Until `work` is done its client is to be told.
  public <T> Future<T> during(Session session, Future<T> work) {
    waiting.add(session);
    return work.onComplete(_ -> waiting.remove(session));
  }

  /// The same for a command that only follows something. Its client resumes it in the next daemon,
  /// so it is told only when none is to come ([#end]).
  public <T> Future<T> following(Session session, Future<T> work) {
    following.add(session);
    return work.onComplete(_ -> following.remove(session));
  }

  /// Ends all commands as failed: no daemon follows this one.
  ///
  /// @param why a sentence
  /// @return done when all have it, or are gone
  public Future<Void> end(String why) {
    waiting.addAll(following);
    following.clear();
    return say(why);
  }

  /// Ends the commands that are not finished as failed.
  ///
  /// @param why a sentence, with what to do
  /// @return done when all have it, or are gone
  public Future<Void> say(String why) {
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
