package io.jpm.god.instance;

import io.jpm.bus.god.AppReport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Consumer;

/// State of the IPC channel of one process: the reported metrics, the offered actions, and the
/// actions that are waiting for a reply. Confined to GodVerticle's context.
public final class AppChannel {
  private boolean used;
  private Map<String, String> metrics = Map.of();
  private final SequencedSet<String> actions = new LinkedHashSet<>();
  private final List<PendingAction> pendingActions = new ArrayList<>();

  /// An action that was sent to the process and is waiting for its reply.
  ///
  /// @param action the name of the action
  /// @param answer receives the reply; called once
  public record PendingAction(String action, Consumer<String> answer) {}

  /// Records that the process has sent a message.
  public void markUsed() {
    used = true;
  }

  /// Reports whether the process has sent a message to this daemon.
  public boolean isUsed() {
    return used;
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
