package io.jpm.god.instance;

import io.jpm.bus.god.AppReport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Consumer;

/// What one process of an instance has said about itself, and the actions whose answer it owes.
/// Owned by GodVerticle's context.
public final class AppChannel {
  private Map<String, String> metrics = Map.of();
  private final SequencedSet<String> actions = new LinkedHashSet<>();
  private final List<Owed> owed = new ArrayList<>();

  /// An action under way.
  ///
  /// @param action its name
  /// @param answer who waits; told once
  public record Owed(String action, Consumer<String> answer) {}

  public AppReport report() {
    return metrics.isEmpty() && actions.isEmpty()
        ? AppReport.NONE
        : new AppReport(metrics, List.copyOf(actions));
  }

  public boolean offers(String action) {
    return actions.contains(action);
  }

  public void offered(String action) {
    if (actions.size() < AppMessage.MOST) {
      actions.add(action);
    }
  }

  public void measured(Map<String, String> values) {
    metrics = values;
  }

  public void owes(Owed debt) {
    owed.add(debt);
  }

  public void noLongerOwes(Owed debt) {
    owed.remove(debt);
  }

  /// The oldest debt of this name is paid.
  public void replied(AppMessage.Reply reply) {
    Optional<Owed> paid =
        owed.stream().filter(debt -> debt.action().equals(reply.action())).findFirst();
    paid.ifPresent(debt -> {
      owed.remove(debt);
      debt.answer().accept(reply.json());
    });
  }
}
