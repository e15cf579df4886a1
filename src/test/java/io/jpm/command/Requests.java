package io.jpm.command;

import io.jpm.model.process.Signal;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.CommandRequest.AppDescriptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// At least one sample request of each type.
final class Requests {
  private Requests() {}

  static final AppDescriptions SHOP =
      new AppDescriptions(
          "[{\"name\":\"shop\",\"script\":\"/bin/sleep\",\"args\":\"9\"}]",
          Path.of("/srv"),
          Optional.of(Map.of("PATH", "/bin:/usr/bin")),
          Optional.of(Path.of("/srv/apps.json")));

  /// Returns the sample requests. `words` are the selectors of those that act on targets.
  static List<CommandRequest> on(String... words) {
    List<String> targets = List.of(words);
    List<CommandRequest> all =
        new ArrayList<>(
            List.of(
                new CommandRequest.Ping(),
                new CommandRequest.ListInstances(targets),
                new CommandRequest.Describe(targets),
                new CommandRequest.ListEvents(OptionalLong.of(7), 5, Optional.of(words[0])),
                new CommandRequest.Logs(targets, 3, Optional.of(CommandRequest.Stream.ERR)),
                new CommandRequest.Reload(targets, 2, false),
                new CommandRequest.Reload(targets, 1, true),
                new CommandRequest.Scale(words[0], true, -1),
                new CommandRequest.SendSignal(targets, Signal.SIGHUP),
                new CommandRequest.SendMessage(targets, new JsonObject().put("a", 1)),
                new CommandRequest.WriteInput(words[0], "hello"),
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
