package io.jpm.history;

import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceEvent.Kind;
import io.jpm.console.Instances;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Events as God publishes them.
final class GodEvents {
  private GodEvents() {}

  static InstanceEvent of(Kind kind, String app, int id, Phase phase, String reason) {
    Optional<Exit> exit =
        kind == Kind.EXIT ? Optional.of(new Exit.Signalled(9, false)) : Optional.empty();
    return new InstanceEvent(
        kind, Instances.view(id, Instances.spec(app, 1), 0, phase, exit, reason), Instances.NOW);
  }

  static InstanceEvent online(String app, String reason) {
    return of(Kind.ONLINE, app, 0, Phase.ONLINE, reason);
  }

  static List<InstanceEvent> some(int count) {
    return IntStream.range(0, count).mapToObj(i -> online("web", "event " + i)).toList();
  }
}
