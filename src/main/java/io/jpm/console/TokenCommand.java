package io.jpm.console;

import io.jpm.bus.IssuedToken;
import io.jpm.bus.RightsCommand;
import io.jpm.bus.RightsReply;
import io.jpm.config.Durations;
import io.jpm.console.text.TokenTable;
import io.jpm.model.AppName;
import io.jpm.model.Role;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// `jpm token create NAME`, `jpm token ls` and `jpm token revoke NAME`: the tokens by which
/// services come to the bridge. The secret of a new one is all that stands on standard output, so
/// that `TOKEN=$(jpm token create ci)` works.
final class TokenCommand implements ConsoleCommand {
  private static final String USAGE = "jpm token create NAME, jpm token ls, jpm token revoke NAME";

  private final Rooms rooms;

  TokenCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    List<String> words = call.arguments().targets();
    return switch (words.getFirst()) {
      case "create" -> create(name(words), call);
      case "revoke" -> revoke(name(words), call);
      case "ls", "list" -> list(words, call);
      default ->
          throw new CommandFailure(
              "token does not know \"%s\": use %s".formatted(words.getFirst(), USAGE));
    };
  }

  private static String name(List<String> words) {
    if (words.size() != 2) {
      throw new CommandFailure(
          "token %1$s takes one name: jpm token %1$s NAME".formatted(words.getFirst()));
    }
    return words.get(1);
  }

  private Future<ExitCode> create(String name, Call call) {
    Arguments arguments = call.arguments();
    var command =
        new RightsCommand.Create(
            name,
            arguments.value(VerbOption.ROLE).map(TokenCommand::role).orElse(Role.READ),
            apps(arguments),
            arguments.value(VerbOption.EXPIRES).map(TokenCommand::time));
    return rooms
        .rights(command)
        .compose(reply ->
            reply instanceof RightsReply.Created(IssuedToken token, String secret)
                ? Future.succeededFuture(created(token, secret, call))
                : unexpected());
  }

  private static ExitCode created(IssuedToken token, String secret, Call call) {
    Session session = call.session();
    if (isJson(call)) {
      session.out(json(token).put("token", secret).encode() + "\n");
    } else {
      session.out(secret + "\n");
    }
    session.note(
        "%s: %s%s%s; the secret is not shown again"
            .formatted(
                token.name(),
                token.role().word(),
                token.apps().isEmpty()
                    ? ", all apps"
                    : ", only " + String.join(", ", token.apps().stream().sorted().toList()),
                token.expires().map(end -> ", until " + end).orElse("")));
    return ExitCode.OK;
  }

  private static Role role(String word) {
    return Role.of(word)
        .orElseThrow(
            () -> new CommandFailure("--role \"%s\": use read, operate or admin".formatted(word)));
  }

  private static Set<String> apps(Arguments arguments) {
    Set<String> apps = new LinkedHashSet<>();
    for (String value : arguments.values(VerbOption.OF_APPS)) {
      for (String app : value.split(",", -1)) {
        try {
          apps.add(new AppName(app.strip()).value());
        } catch (IllegalArgumentException wrong) {
          throw new CommandFailure("--app: " + wrong.getMessage());
        }
      }
    }
    return apps;
  }

  private static Duration time(String text) {
    Optional<Duration> time = Durations.parse(text).filter(Duration::isPositive);
    return time.orElseThrow(() ->
        new CommandFailure("--expires \"%s\": use a time such as 12h or 30d".formatted(text)));
  }

  private Future<ExitCode> list(List<String> words, Call call) {
    refuseOptions(call, "ls");
    if (words.size() > 1) {
      throw new CommandFailure("token ls takes no name: jpm token ls shows all");
    }
    return rooms
        .rights(new RightsCommand.All())
        .compose(reply ->
            reply instanceof RightsReply.Tokens(List<IssuedToken> tokens)
                ? Future.succeededFuture(listed(tokens, call))
                : unexpected());
  }

  private static ExitCode listed(List<IssuedToken> tokens, Call call) {
    Session session = call.session();
    if (isJson(call)) {
      tokens.forEach(token -> session.out(json(token).encode() + "\n"));
    } else {
      session.out(TokenTable.of(tokens, session.screen()));
    }
    return ExitCode.OK;
  }

  private Future<ExitCode> revoke(String name, Call call) {
    refuseOptions(call, "revoke");
    return rooms
        .rights(new RightsCommand.Revoke(name))
        .compose(reply -> {
          if (!(reply instanceof RightsReply.Revoked(IssuedToken token))) {
            return unexpected();
          }
          if (isJson(call)) {
            call.session().out(json(token).encode() + "\n");
          } else {
            call.session().info("%s holds no longer".formatted(token.name()));
          }
          return Future.succeededFuture(ExitCode.OK);
        });
  }

  /// What would be taken for a change of the token.
  private static void refuseOptions(Call call, String word) {
    Arrays.asList(VerbOption.ROLE, VerbOption.OF_APPS, VerbOption.EXPIRES).stream()
        .filter(call.arguments()::has)
        .findFirst()
        .ifPresent(option -> {
          throw new CommandFailure(
              "token %s takes no %s: it is for token create".formatted(word, option.longName()));
        });
  }

  private static boolean isJson(Call call) {
    return call.arguments().has(VerbOption.JSON);
  }

  private static JsonObject json(IssuedToken token) {
    return new JsonObject()
        .put("name", token.name())
        .put("role", token.role().word())
        .put("apps", new JsonArray(token.apps().stream().sorted().toList()))
        .put("created", token.created().toString())
        .put("expires", token.expires().map(Object::toString).orElse(null));
  }

  private static Future<ExitCode> unexpected() {
    return Future.failedFuture(new IllegalStateException("an answer to another question"));
  }
}
