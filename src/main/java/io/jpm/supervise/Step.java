package io.jpm.supervise;

import java.util.List;

/// What an event leads to.
///
/// @param next the state from now on
/// @param effects what to do, in this order
public record Step(Supervised next, List<Effect> effects) {
  public Step {
    effects = List.copyOf(effects);
  }

  static Step to(Supervised next, Effect... effects) {
    return new Step(next, List.of(effects));
  }
}
