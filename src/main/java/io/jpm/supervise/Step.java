package io.jpm.supervise;

import java.util.List;
import java.util.stream.Stream;

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

  /// The same step with one thing to do before all others.
  Step precededBy(Effect first) {
    return new Step(next, Stream.concat(Stream.of(first), effects.stream()).toList());
  }
}
