package io.jpm.supervise;

import java.util.List;
import java.util.stream.Stream;

/// The result of processing an event.
///
/// @param next the next state
/// @param effects the actions to perform, in this order
public record Step(InstanceState next, List<SupervisionEffect> effects) {
  public Step {
    effects = List.copyOf(effects);
  }

  static Step to(InstanceState next, SupervisionEffect... effects) {
    return new Step(next, List.of(effects));
  }

  /// Returns this step with `first` before all other effects.
  Step precededBy(SupervisionEffect first) {
    return new Step(next, Stream.concat(Stream.of(first), effects.stream()).toList());
  }
}
