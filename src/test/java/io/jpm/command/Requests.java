package io.jpm.command;

import io.jpm.model.run.Signal;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.CommandRequest.Described;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// One request of each kind, or more.
final class Requests {
  private Requests() {}

  static final Described SHOP =
      new Described(
          "[{\"name\":\"shop\",\"script\":\"/bin/sleep\",\"args\":\"9\"}]",
          Path.of("/srv"),
          Optional.of(Map.of("PATH", "/bin:/usr/bin")),
          Optional.of(Path.of("/srv/apps.json")));

  /// All that act on targets do so on these.
  static List<CommandRequest> on(String... words) {
    List<String> targets = List.of(words);
    List<CommandRequest> all =
        new ArrayList<>(
            List.of(
                new CommandRequest.Ping(),
                new CommandRequest.ListThem(targets),
                new CommandRequest.Describe(targets),
                new CommandRequest.Events(OptionalLong.of(7), 5, Optional.of(words[0])),
                new CommandRequest.Logs(targets, 3, Optional.of(CommandRequest.Stream.ERR)),
                new CommandRequest.Reload(targets, 2),
                new CommandRequest.Scale(words[0], true, -1),
                new CommandRequest.SendSignal(targets, Signal.SIGHUP),
                new CommandRequest.Tell(targets, new JsonObject().put("a", 1)),
                new CommandRequest.TypeLine(words[0], "hello"),
                new CommandRequest.Trigger(targets, "gc", Optional.of("now")),
                new CommandRequest.StartApps(SHOP),
                new CommandRequest.Apply(SHOP, false, false),
                new CommandRequest.Apply(SHOP, false, true),
                new CommandRequest.Apply(SHOP, true, false),
                new CommandRequest.Save(),
                new CommandRequest.Resurrect()));
    Arrays.stream(CommandRequest.Action.values())
        .forEach(action -> all.add(new CommandRequest.Act(action, targets)));
    return all;
  }
}
