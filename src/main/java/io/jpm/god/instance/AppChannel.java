package io.jpm.god.instance;

import io.jpm.bus.god.AppReport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Consumer;

/// State of the IPC channel of one process: whether the process reads messages, the reported
/// metrics, the offered actions, and the actions that are waiting for a reply. Confined to
/// GodVerticle's context.
public final class AppChannel {
  private boolean used;
  private boolean readsMessages;
  private boolean shutdownSent;
  private Map<String, String> metrics = Map.of();
  private final SequencedSet<String> actions = new LinkedHashSet<>();
  private final List<PendingAction> pendingActions = new ArrayList<>();

  /// An action that was sent to the process and is waiting for its reply.
  ///
  /// @param action the name of the action
  /// @param answer receives the reply; called once
  public record PendingAction(String action, Consumer<String> answer) {}

  /// Records that the app has sent a message.
  public void markUsed() {
    used = true;
  }

  /// Reports whether the app has sent a message to this daemon.
  public boolean isUsed() {
    return used;
  }

  /// Records whether the app has a listener for messages, as `lib/node-worker.cjs` reports it.
  public void setReadsMessages(boolean reads) {
    readsMessages = reads;
  }

  /// Reports whether the app is known to have a listener for messages. This is known only for Node.
  public boolean readsMessages() {
    return readsMessages;
  }

  /// Records whether the message `shutdown` has been sent to the process or is about to be sent.
  public void setShutdownSent(boolean sent) {
    shutdownSent = sent;
  }

  /// Reports whether this daemon or an earlier one has sent the message `shutdown` to the process.
  public boolean isShutdownSent() {
    return shutdownSent;
  }

  public AppReport report() {
    return metrics.isEmpty() && actions.isEmpty()
        ? AppReport.NONE
        : new AppReport(metrics, List.copyOf(actions));
  }

  public boolean offers(String action) {
    return actions.contains(action);
  }

  public void addAction(String action) {
    if (actions.size() < AppMessage.MOST) {
      actions.add(action);
    }
  }

  public void setMetrics(Map<String, String> values) {
    metrics = values;
  }

  public void addPending(PendingAction debt) {
    pendingActions.add(debt);
  }

  public void removePending(PendingAction debt) {
    pendingActions.remove(debt);
  }

  /// Completes the oldest pending action whose name matches `reply`.
  public void replied(AppMessage.Reply reply) {
    Optional<PendingAction> paid =
        pendingActions.stream().filter(debt -> debt.action().equals(reply.action())).findFirst();
    paid.ifPresent(debt -> {
      pendingActions.remove(debt);
      debt.answer().accept(reply.json());
    });
  }
}
