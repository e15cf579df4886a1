package io.jpm.console.access;

import io.jpm.bus.access.AccessCommand;
import io.jpm.bus.access.AccessReply;
import io.jpm.bus.access.IssuedToken;
import io.jpm.config.values.Durations;
import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.TokenTable;
import io.jpm.model.AppName;
import io.jpm.model.access.Role;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Runs `jpm token create NAME`, `jpm token rotate NAME`, `jpm token ls` and `jpm token revoke
/// NAME`. They manage the tokens with which services connect to the bridge. The standard output of
/// `create` and `rotate` contains only the new secret, so that `TOKEN=$(jpm token create ci)`
/// works.
public final class TokenCommand implements ConsoleCommand {
  private static final String USAGE =
      "jpm token create NAME, jpm token rotate NAME, jpm token ls or jpm token revoke NAME";

  /// The default lifetime of a token.
  private static final Duration LIFE = Duration.ofDays(90);

  private final DaemonClient daemonClient;
  private final InstantSource clock;

  /// @param clock the wall clock, used to warn about tokens that expire soon
  public TokenCommand(DaemonClient daemonClient, InstantSource clock) {
    this.daemonClient = daemonClient;
    this.clock = clock;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> words = commandCall.arguments().targets();
    return switch (words.getFirst()) {
      case "create" -> create(name(words), commandCall);
      case "rotate" -> rotate(name(words), commandCall);
      case "revoke" -> revoke(name(words), commandCall);
      case "ls", "list" -> list(words, commandCall);
      default ->
          throw new CommandFailure(
              "unknown token command \"%s\": use %s".formatted(words.getFirst(), USAGE));
    };
  }

  private static String name(List<String> words) {
    if (words.size() != 2) {
      throw new CommandFailure(
          "token %1$s requires exactly one name: use jpm token %1$s NAME"
              .formatted(words.getFirst()));
    }
    return words.get(1);
  }

  private Future<ExitCode> create(String name, CommandCall commandCall) {
    refuse(commandCall, "create", VerbOption.GRACE);
    Arguments arguments = commandCall.arguments();
    boolean forever = arguments.has(VerbOption.FOREVER);
    if (forever && arguments.has(VerbOption.EXPIRES)) {
      throw new CommandFailure("--expires and --forever cannot be combined: use one of them");
    }
    var command =
        new AccessCommand.Create(
            name,
            arguments.value(VerbOption.ROLE).map(TokenCommand::role).orElse(Role.READ),
            apps(arguments),
            forever
                ? Optional.empty()
                : Optional.of(time(arguments, VerbOption.EXPIRES).orElse(LIFE)));
    return shown(command, commandCall);
  }

  private Future<ExitCode> rotate(String name, CommandCall commandCall) {
    refuse(commandCall, "rotate", VerbOption.ROLE, VerbOption.OF_APPS, VerbOption.FOREVER);
    Arguments arguments = commandCall.arguments();
    return shown(
        new AccessCommand.Rotate(
            name,
            time(arguments, VerbOption.GRACE).orElse(Duration.ZERO),
            time(arguments, VerbOption.EXPIRES)),
        commandCall);
  }

  private Future<ExitCode> shown(AccessCommand command, CommandCall commandCall) {
    return daemonClient
        .tokens(command)
        .compose(reply ->
            reply instanceof AccessReply.Created(IssuedToken token, String secret)
                ? Future.succeededFuture(created(token, secret, commandCall))
                : unexpected());
  }

  private static ExitCode created(IssuedToken token, String secret, CommandCall commandCall) {
    Session session = commandCall.session();
    if (isJson(commandCall)) {
      session.out(json(token).put("token", secret).encode() + "\n");
    } else {
      session.out(secret + "\n");
    }
    session.note(
        "token %s has role %s%s%s; the secret will not be shown again"
            .formatted(
                token.name(),
                token.role().keyword(),
                token.apps().isEmpty()
                    ? " for all apps"
                    : " only for " + String.join(", ", token.apps().stream().sorted().toList()),
                token.expires().map(end -> " until " + end).orElse("")));
    return ExitCode.OK;
  }

  private static Role role(String word) {
    return Role.of(word)
        .orElseThrow(() ->
            new CommandFailure("\"%s\" is not a role: use read, operate or admin".formatted(word)));
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

  private static Optional<Duration> time(Arguments arguments, VerbOption option) {
    return arguments
        .value(option)
        .map(text ->
            Durations.parse(text)
                .filter(Duration::isPositive)
                .orElseThrow(() ->
                    new CommandFailure(
                        "%s \"%s\" is not valid: use a duration such as 10m, 12h or 30d"
                            .formatted(option.longName(), text))));
  }

  private Future<ExitCode> list(List<String> words, CommandCall commandCall) {
    refuseAll(commandCall, "ls");
    if (words.size() > 1) {
      throw new CommandFailure(
          "token ls does not accept a name: run jpm token ls, which lists all tokens");
    }
    return daemonClient
        .tokens(new AccessCommand.ListTokens())
        .compose(reply ->
            reply instanceof AccessReply.Tokens(List<IssuedToken> tokens)
                ? Future.succeededFuture(listed(tokens, commandCall))
                : unexpected());
  }

  private ExitCode listed(List<IssuedToken> tokens, CommandCall commandCall) {
    Session session = commandCall.session();
    if (isJson(commandCall)) {
      tokens.forEach(token -> session.out(json(token).encode() + "\n"));
    } else {
      session.out(TokenTable.of(tokens, session.textStyle()));
      Instant now = clock.instant();
      tokens.stream()
          .filter(token -> token.expiresSoon(now))
          .forEach(token ->
              session.note(
                  "token %1$s expires soon: run jpm token rotate %1$s to create a new secret"
                      .formatted(token.name())));
    }
    return ExitCode.OK;
  }

  private Future<ExitCode> revoke(String name, CommandCall commandCall) {
    refuseAll(commandCall, "revoke");
    return daemonClient
        .tokens(new AccessCommand.Revoke(name))
        .compose(reply -> {
          if (!(reply instanceof AccessReply.Revoked(IssuedToken token))) {
            return unexpected();
          }
          if (isJson(commandCall)) {
            commandCall.session().out(json(token).encode() + "\n");
          } else {
            commandCall.session().info("Revoked token %s".formatted(token.name()));
          }
          return Future.succeededFuture(ExitCode.OK);
        });
  }

  /// Rejects the options that apply only to `token create` or `token rotate`.
  private static void refuseAll(CommandCall commandCall, String word) {
    refuse(
        commandCall,
        word,
        VerbOption.ROLE,
        VerbOption.OF_APPS,
        VerbOption.EXPIRES,
        VerbOption.FOREVER,
        VerbOption.GRACE);
  }

  private static void refuse(CommandCall commandCall, String word, VerbOption... options) {
    Arrays.stream(options)
        .filter(commandCall.arguments()::has)
        .findFirst()
        .ifPresent(option -> {
          throw new CommandFailure(
              "token %s does not accept %s, which is an option of token %s"
                  .formatted(
                      word, option.longName(), option == VerbOption.GRACE ? "rotate" : "create"));
        });
  }

  private static boolean isJson(CommandCall commandCall) {
    return commandCall.arguments().has(VerbOption.JSON);
  }

  private static JsonObject json(IssuedToken token) {
    return new JsonObject()
        .put("name", token.name())
        .put("role", token.role().keyword())
        .put("apps", new JsonArray(token.apps().stream().sorted().toList()))
        .put("created", token.created().toString())
        .put("expires", token.expires().map(Object::toString).orElse(null));
  }

  private static Future<ExitCode> unexpected() {
    return Future.failedFuture(new IllegalStateException("unexpected reply"));
  }
}
