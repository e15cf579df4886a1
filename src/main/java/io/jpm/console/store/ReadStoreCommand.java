package io.jpm.console.store;

import io.jpm.bus.god.StoreCommand;
import io.jpm.config.values.NearestName;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.model.AppName;
import io.vertx.core.Future;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/// Runs `jpm get`, and `jpm conf` without a value. Both print the whole store or the value of one
/// key.
public final class ReadStoreCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public ReadStoreCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> targets = commandCall.arguments().targets();
    if (targets.size() > 1) {
      throw new CommandFailure(
          "get accepts only one key: to change a value, use jpm set KEY VALUE");
    }
    Optional<String> key = targets.stream().filter(word -> !word.equals(AppName.ALL)).findFirst();
    Optional<List<String>> path = key.map(StoreKey::path);
    return daemonClient
        .store(new StoreCommand.Read())
        .map(content -> {
          content.problems().forEach(commandCall.session()::warn);
          JsonObject tree = new JsonObject(content.json());
          if (path.isEmpty()) {
            commandCall
                .session()
                .out(asJson(commandCall) ? TerminalSanitizer.json(tree) + "\n" : all(tree));
          } else {
            commandCall.session().out(one(tree, path.get(), asJson(commandCall)));
          }
          return ExitCode.OK;
        });
  }

  private static boolean asJson(CommandCall commandCall) {
    return commandCall.arguments().has(VerbOption.JSON);
  }

  private static String all(JsonObject tree) {
    return "Module configuration. Copy/paste a line to change a value.\n" + StoreText.of(tree);
  }

  private static String one(JsonObject tree, List<String> path, boolean asJson) {
    Object value = StoreText.find(tree, path).orElseThrow(() -> unknown(tree, path));
    if (asJson) {
      return switch (value) {
            case JsonObject object -> TerminalSanitizer.json(object);
            case JsonArray array -> array.encode();
            case Object other -> Json.encode(other);
          }
          + "\n";
    }
    if (value instanceof JsonObject object) {
      return path.size() == 1 ? StoreText.of(path.getFirst(), object) : StoreText.at(path, object);
    }
    String shown = TerminalSanitizer.visible(StoreText.plain(value));
    return path.size() == 1
        ? "Value for key %s: %s\n".formatted(StoreKey.of(path), shown)
        : "Value for module %s key %s: %s\n"
            .formatted(path.getFirst(), StoreKey.of(path.subList(1, path.size())), shown);
  }

  private static CommandFailure unknown(JsonObject tree, List<String> path) {
    Object above =
        path.size() == 1
            ? tree
            : StoreText.find(tree, path.subList(0, path.size() - 1)).orElse(null);
    Optional<String> near =
        above instanceof JsonObject object
            ? NearestName.to(path.getLast(), object.fieldNames())
            : Optional.empty();
    return new CommandFailure(
        "no value is stored for %s%s"
            .formatted(
                StoreKey.of(path),
                near.map(name -> ": did you mean %s?".formatted(name))
                    .orElse(": run jpm conf to see all values")));
  }
}
