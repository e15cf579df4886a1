package io.jpm.command;

import io.jpm.config.values.NearestName;
import io.jpm.model.process.Signal;
import io.jpm.wire.CommandKey;
import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.CommandReply.Failed;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.CommandRequest.Action;
import io.jpm.wire.CommandRequest.AppDescriptions;
import io.jpm.wire.CommandRequest.Stream;
import io.jpm.wire.CommandVerb;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Parses requests strictly: a request with an unknown key or an invalid value is rejected. All
/// problems of a request are reported together.
final class RequestReader {
  private static final int LONGEST_KEY = 100;

  private RequestReader() {}

  /// The result of parsing a request.
  sealed interface Reading {
    /// The request is valid.
    ///
    /// @param key the idempotency key; empty if the request has none
    record Understood(CommandRequest request, Optional<String> key) implements Reading {}

    record Refused(Failed reply) implements Reading {}
  }

  /// Parses a request.
  ///
  /// @param body the body as the client sent it
  static Reading read(@Nullable Object body) {
    if (!(body instanceof JsonObject json)) {
      return invalid(
          List.of("the body of a request must be an object, such as {\"v\":1,\"verb\":\"ping\"}"));
    }
    if (!Integer.valueOf(CommandRequest.VERSION).equals(json.getValue("v"))) {
      return new Reading.Refused(
          new Failed(
              Code.VERSION, "v: this daemon supports only version " + CommandRequest.VERSION));
    }
    Optional<CommandVerb> verb =
        json.getValue("verb") instanceof String word ? CommandVerb.of(word) : Optional.empty();
    if (verb.isEmpty()) {
      return invalid(List.of(noVerb(json.getValue("verb"))));
    }
    var keys = new RequestKeys(verb.get(), json);
    CommandRequest request = keys.hasProblems() ? null : request(verb.get(), keys);
    Optional<String> key = keys.text(CommandKey.KEY);
    if (key.filter(text -> text.length() > LONGEST_KEY).isPresent()) {
      keys.problem(CommandKey.KEY, "use a string of 1 to %d characters".formatted(LONGEST_KEY));
    }
    return request == null || keys.hasProblems()
        ? invalid(keys.problems())
        : new Reading.Understood(request, key);
  }

  private static Reading invalid(List<String> problems) {
    return new Reading.Refused(new Failed(Code.INVALID, problems, List.of()));
  }

  private static String noVerb(@Nullable Object written) {
    List<String> known = Arrays.stream(CommandVerb.values()).map(CommandVerb::keyword).toList();
    if (!(written instanceof String word)) {
      return "verb: use one of " + String.join(", ", known);
    }
    return "verb: \"%s\" is not a verb: use %s"
        .formatted(
            RequestKeys.shown(word),
            NearestName.to(word, known).orElseGet(() -> "one of " + String.join(", ", known)));
  }

  /// Creates the request. If a value is missing, a problem is recorded in `keys`, and the result
  /// must not be used.
  private static CommandRequest request(CommandVerb verb, RequestKeys keys) {
    return switch (verb) {
      case PING -> new CommandRequest.Ping();
      case LIST -> new CommandRequest.ListInstances(keys.optionalTargets());
      case DESCRIBE -> new CommandRequest.Describe(keys.targets());
      case EVENTS ->
          new CommandRequest.ListEvents(
              keys.number(CommandKey.AFTER),
              (int) keys.number(CommandKey.LIMIT).orElse(CommandRequest.DEFAULT_EVENTS),
              keys.text(CommandKey.APP_NAME));
      case LOGS ->
          new CommandRequest.Logs(
              keys.targets(),
              (int) keys.number(CommandKey.LINES).orElse(CommandRequest.DEFAULT_LINES),
              stream(keys));
      case START -> start(keys);
      case STOP -> new CommandRequest.Act(Action.STOP, keys.targets());
      case RESTART -> new CommandRequest.Act(Action.RESTART, keys.targets());
      case RESET -> new CommandRequest.Act(Action.RESET, keys.targets());
      case DELETE -> new CommandRequest.Act(Action.DELETE, keys.targets());
      case RELOAD ->
          new CommandRequest.Reload(
              keys.targets(),
              (int) keys.number(CommandKey.PARALLEL).orElse(1),
              Boolean.TRUE.equals(keys.value(CommandKey.GRACEFUL)));
      case SCALE -> scale(keys);
      case SIGNAL ->
          new CommandRequest.SendSignal(
              keys.targets(),
              Signal.parse(keys.requiredText(CommandKey.SIGNAL)).orElse(Signal.SIGTERM));
      case MESSAGE -> {
        keys.require(CommandKey.MESSAGE);
        yield new CommandRequest.SendMessage(keys.targets(), keys.value(CommandKey.MESSAGE));
      }
      case TYPE ->
          new CommandRequest.WriteInput(
              keys.requiredText(CommandKey.TARGET), keys.requiredText(CommandKey.LINE));
      case TRIGGER ->
          new CommandRequest.Trigger(
              keys.targets(),
              keys.requiredText(CommandKey.ACTION),
              keys.text(CommandKey.PARAMETER));
      case PLAN -> apply(keys, true);
      case APPLY -> apply(keys, false);
      case SAVE -> new CommandRequest.Save();
      case RESURRECT -> new CommandRequest.Resurrect();
    };
  }

  private static Optional<Stream> stream(RequestKeys keys) {
    Optional<String> word = keys.text(CommandKey.STREAM);
    if (word.isPresent() && Stream.of(word.get()).isEmpty()) {
      keys.problem(CommandKey.STREAM, "use \"out\" or \"err\", or omit it for both");
    }
    return word.flatMap(Stream::of);
  }

  private static CommandRequest start(RequestKeys keys) {
    List<CommandKey> ofApps =
        List.of(CommandKey.APPS, CommandKey.APP, CommandKey.CWD, CommandKey.ENV, CommandKey.FILE);
    if (ofApps.stream().noneMatch(keys::has)) {
      return new CommandRequest.Act(Action.START, keys.targets());
    }
    if (keys.has(CommandKey.TARGETS)) {
      keys.problem(
          CommandKey.TARGETS,
          "selects existing instances; remove this key if the request contains apps");
    }
    return new CommandRequest.StartApps(described(keys));
  }

  private static CommandRequest scale(RequestKeys keys) {
    if (keys.has(CommandKey.TO) == keys.has(CommandKey.BY)) {
      keys.problem(
          CommandKey.TO, "use either to (the new number of instances) or by (the difference)");
    }
    boolean relative = keys.has(CommandKey.BY);
    long number = keys.number(relative ? CommandKey.BY : CommandKey.TO).orElse(1);
    return new CommandRequest.Scale(keys.requiredText(CommandKey.TARGET), relative, (int) number);
  }

  private static CommandRequest apply(RequestKeys keys, boolean dry) {
    boolean prune = Boolean.TRUE.equals(keys.value(CommandKey.PRUNE));
    if (prune && !keys.has(CommandKey.FILE)) {
      keys.problem(CommandKey.PRUNE, "requires the path of the process file in the key file");
    }
    return new CommandRequest.Apply(described(keys), prune, dry);
  }

  private static AppDescriptions described(RequestKeys keys) {
    if (keys.has(CommandKey.APPS) == keys.has(CommandKey.APP)) {
      keys.problem(
          CommandKey.APPS,
          "use either apps (an array of apps, as in a process file) or app (a single app)");
    }
    JsonArray apps =
        keys.value(CommandKey.APPS) instanceof JsonArray several
            ? several
            : new JsonArray().add(keys.value(CommandKey.APP));
    String cwd = keys.requiredText(CommandKey.CWD);
    return new AppDescriptions(
        apps.encode(),
        Path.of(cwd.isEmpty() ? "/" : cwd),
        keys.variables(CommandKey.ENV),
        keys.text(CommandKey.FILE).map(file -> Path.of(file).normalize()));
  }
}
