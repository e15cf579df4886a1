package io.jpm.console.session;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.text.Amounts;
import io.jpm.console.text.TextWidth;
import io.jpm.model.process.Phase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/// Shows how many instances a long-running command still has to process. On a terminal, it redraws
/// one line; otherwise, it prints a line occasionally. It polls God instead of subscribing to
/// events, so that short commands cost nothing.
public final class Progress {
  private static final Duration REDRAWN_AFTER = Duration.ofMillis(500);
  private static final Duration TOLD_AFTER = Duration.ofSeconds(5);
  private static final int MOST_NAMES = 3;
  private static final String CLEAR = "\r\u001b[K";

  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final ConsoleContext context;

  public Progress(Vertx vertx, DaemonClient daemonClient, ConsoleContext context) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.context = context;
  }

  /// Runs `work`, shows its progress, and returns its result.
  ///
  /// @param action what `work` does
  /// @param words the selectors of the instances that it affects
  public <T> Future<T> track(
      Action action, List<String> words, Session session, Supplier<Future<T>> work) {
    if (session.isQuiet() || words.isEmpty()) {
      return work.get();
    }
    var watch = new Watch(action, words, session, context.clock().instant());
    watch.arm();
    return work.get().onComplete(_ -> watch.end());
  }

  /// The progress of one command. Confined to the context of its session.
  private final class Watch {
    private final Action action;
    private final List<String> words;
    private final Session session;
    private final Instant began;
    private final boolean terminal;
    private long timer;
    private boolean over;
    private String lastLine = "";

    Watch(Action action, List<String> words, Session session, Instant began) {
      this.action = action;
      this.words = words;
      this.session = session;
      this.began = began;
      this.terminal = session.tty().out();
    }

    void arm() {
      timer = vertx.setTimer((terminal ? REDRAWN_AFTER : TOLD_AFTER).toMillis(), _ -> poll());
    }

    void end() {
      over = true;
      vertx.cancelTimer(timer);
      if (terminal && !lastLine.isEmpty()) {
        session.out(CLEAR);
      }
    }

    /// Queries the remaining instances as soon as the client requests output. No lines are
    /// therefore produced for a slow or disconnected client.
    private void poll() {
      session
          .awaitDemand()
          .compose(_ -> daemonClient.god(new GodCommand.Show(words)))
          .onSuccess(shown -> {
            if (!over) {
              show(shown.instances().stream().filter(it -> !isDone(it)).toList());
              arm();
            }
          });
    }

    private void show(List<InstanceView> left) {
      String line = doing(action) + ": " + toGo(left);
      if (left.isEmpty() || line.equals(lastLine)) {
        return;
      }
      lastLine = line;
      if (terminal) {
        int columns = session.tty().cols();
        session.out(CLEAR + (columns > 1 ? TextWidth.fit(line, columns - 1) : line));
      } else {
        session.info(line);
      }
    }

    private boolean isDone(InstanceView instance) {
      boolean idle = instance.phase() == Phase.STOPPED || instance.phase() == Phase.ERRORED;
      return switch (action) {
        case STOP -> idle;
        // A deleted instance is no longer listed.
        case DELETE -> false;
        // A process that is online may still be the old one.
        case START, RESTART ->
            idle
                || (instance.phase() == Phase.ONLINE
                    && instance.startedAt().filter(at -> !at.isBefore(began)).isPresent());
      };
    }
  }

  private static String doing(Action action) {
    return switch (action) {
      case START -> "Starting";
      case STOP -> "Stopping";
      case RESTART -> "Restarting";
      case DELETE -> "Deleting";
    };
  }

  private static String toGo(List<InstanceView> left) {
    List<String> names =
        left.stream()
            .limit(MOST_NAMES)
            .map(it -> "%s (id %s)".formatted(it.spec().name(), it.id()))
            .toList();
    return "%s left, %s%s"
        .formatted(
            Amounts.count(left.size(), "instance"),
            String.join(", ", names),
            left.size() > MOST_NAMES ? ", …" : "");
  }
}
