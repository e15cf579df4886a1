package io.jpm.wire;

import io.jpm.model.access.Role;
import io.jpm.model.process.Signal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A request to `jpm.command`, as described in `docs/bridge.md`.
///
/// Targets are selectors as on the command line: a name, a namespace, an id, `all`, `/regex/`.
public sealed interface CommandRequest {
  /// The version of requests and replies, in their key `v`.
  int VERSION = 1;

  /// The default for [CommandKey#LIMIT].
  int DEFAULT_EVENTS = 100;

  /// The default for [CommandKey#LINES].
  int DEFAULT_LINES = 15;

  /// Returns the verb.
  CommandVerb verb();

  /// Returns the lowest role that is allowed to send the request.
  default Role requiredRole() {
    return verb().requiredRole();
  }

  /// Returns a JSON object with the keys of the request other than `v` and `verb`.
  JsonObject keys();

  /// Returns the JSON form.
  default JsonObject toJson() {
    return new JsonObject().put("v", VERSION).put("verb", verb().keyword()).mergeIn(keys());
  }

  /// A request whose targets are instances in the daemon's list.
  sealed interface OnTargets extends CommandRequest {
    /// Returns the selectors of the instances; empty for a `list` of all instances.
    List<String> targets();

    @Override
    default JsonObject keys() {
      return targets().isEmpty()
          ? new JsonObject()
          : new JsonObject().put(CommandKey.TARGETS.keyword(), new JsonArray(targets()));
    }
  }

  /// A request that contains descriptions of apps.
  sealed interface OnApps extends CommandRequest {
    /// Returns the described apps.
    AppDescriptions apps();

    @Override
    default Role requiredRole() {
      return Role.ADMIN;
    }

    @Override
    default JsonObject keys() {
      return apps().keys();
    }
  }

  /// Descriptions of apps in the format of a process file.
  ///
  /// @param json the JSON array of apps
  /// @param cwd the absolute directory against which relative paths are resolved
  /// @param env the environment variables that the apps inherit, as if from the shell of a user;
  ///   empty for the daemon's own PATH, HOME and LANG
  /// @param file the absolute path of the process file that describes the apps; it is stored with
  ///   the apps
  record AppDescriptions(
      String json, Path cwd, Optional<Map<String, String>> env, Optional<Path> file) {
    public AppDescriptions {
      env = env.map(Map::copyOf);
    }

    JsonObject keys() {
      var json =
          new JsonObject()
              .put(CommandKey.APPS.keyword(), new JsonArray(this.json))
              .put(CommandKey.CWD.keyword(), cwd.toString());
      env.ifPresent(all -> json.put(CommandKey.ENV.keyword(), new JsonObject(Map.copyOf(all))));
      file.ifPresent(path -> json.put(CommandKey.FILE.keyword(), path.toString()));
      return json;
    }
  }

  /// Checks that the daemon is running and requests its version, pid and home.
  record Ping() implements CommandRequest {
    @Override
    public CommandVerb verb() {
      return CommandVerb.PING;
    }

    @Override
    public JsonObject keys() {
      return new JsonObject();
    }
  }

  /// Requests the matching instances, or all instances if there are no targets.
  record ListInstances(List<String> targets) implements OnTargets {
    public ListInstances {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.LIST;
    }
  }

  /// Requests the matching instances with the settings of their apps, their ports and the states of
  /// their probes.
  record Describe(List<String> targets) implements OnTargets {
    public Describe {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.DESCRIBE;
    }
  }

  /// Requests past events.
  ///
  /// @param after the sequence number of the last known event; empty for the latest events
  /// @param limit the maximum number of events
  /// @param app the app whose events are requested; empty for all apps that the caller has access
  ///   to
  record ListEvents(OptionalLong after, int limit, Optional<String> app) implements CommandRequest {
    @Override
    public CommandVerb verb() {
      return CommandVerb.EVENTS;
    }

    @Override
    public JsonObject keys() {
      var json = new JsonObject();
      after.ifPresent(number -> json.put(CommandKey.AFTER.keyword(), number));
      json.put(CommandKey.LIMIT.keyword(), limit);
      app.ifPresent(name -> json.put(CommandKey.APP_NAME.keyword(), name));
      return json;
    }
  }

  /// Requests the last log lines.
  ///
  /// @param lines the maximum number of lines per log
  /// @param stream the stream; empty for both
  record Logs(List<String> targets, int lines, Optional<Stream> stream) implements OnTargets {
    public Logs {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.LOGS;
    }

    @Override
    public JsonObject keys() {
      JsonObject json = OnTargets.super.keys().put(CommandKey.LINES.keyword(), lines);
      stream.ifPresent(one -> json.put(CommandKey.STREAM.keyword(), one.keyword()));
      return json;
    }
  }

  /// The stream to which a line was written.
  enum Stream {
    OUT("out"),
    ERR("err");

    private final String word;

    Stream(String word) {
      this.word = word;
    }

    /// Returns the name used in JSON.
    public String keyword() {
      return word;
    }

    /// Returns the stream with this name; empty if there is none.
    public static Optional<Stream> of(String word) {
      return List.of(values()).stream().filter(stream -> stream.word.equals(word)).findFirst();
    }
  }

  /// Performs an action on instances in the daemon's list.
  record Act(Action action, List<String> targets) implements OnTargets {
    public Act {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return action.verb;
    }
  }

  /// The action performed by [Act].
  enum Action {
    /// Starts instances; running instances are restarted.
    START(CommandVerb.START),
    STOP(CommandVerb.STOP),
    RESTART(CommandVerb.RESTART),
    DELETE(CommandVerb.DELETE),
    /// Resets the restart counters.
    RESET(CommandVerb.RESET);

    private final CommandVerb verb;

    Action(CommandVerb verb) {
      this.verb = verb;
    }
  }

  /// Replaces processes without downtime.
  ///
  /// @param parallel how many instances per app are replaced at the same time
  /// @param graceful whether old processes are asked to exit by the IPC message `shutdown`
  record Reload(List<String> targets, int parallel, boolean graceful) implements OnTargets {
    public Reload {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.RELOAD;
    }

    @Override
    public JsonObject keys() {
      JsonObject keys = OnTargets.super.keys().put(CommandKey.PARALLEL.keyword(), parallel);
      return graceful ? keys.put(CommandKey.GRACEFUL.keyword(), true) : keys;
    }
  }

  /// Changes the number of instances of one app.
  ///
  /// @param target the name of the app, or the id of one of its instances
  /// @param relative whether `number` is a difference rather than the new total
  record Scale(String target, boolean relative, int number) implements CommandRequest {
    @Override
    public CommandVerb verb() {
      return CommandVerb.SCALE;
    }

    @Override
    public JsonObject keys() {
      return new JsonObject()
          .put(CommandKey.TARGET.keyword(), target)
          .put((relative ? CommandKey.BY : CommandKey.TO).keyword(), number);
    }
  }

  /// Sends a signal to main processes.
  record SendSignal(List<String> targets, Signal signal) implements OnTargets {
    public SendSignal {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.SIGNAL;
    }

    @Override
    public JsonObject keys() {
      return OnTargets.super.keys().put(CommandKey.SIGNAL.keyword(), signal.name());
    }
  }

  /// Sends a value over the IPC channels of apps.
  ///
  /// @param value a JSON value as represented by Vert.x
  record SendMessage(List<String> targets, @Nullable Object value) implements OnTargets {
    public SendMessage {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.MESSAGE;
    }

    @Override
    public JsonObject keys() {
      return OnTargets.super.keys().put(CommandKey.MESSAGE.keyword(), value);
    }
  }

  /// Writes a line to the standard input of one instance.
  ///
  /// @param target an id, or another selector that matches exactly one instance
  /// @param line the text without the line terminator
  record WriteInput(String target, String line) implements CommandRequest {
    @Override
    public CommandVerb verb() {
      return CommandVerb.TYPE;
    }

    @Override
    public JsonObject keys() {
      return new JsonObject()
          .put(CommandKey.TARGET.keyword(), target)
          .put(CommandKey.LINE.keyword(), line);
    }
  }

  /// Runs a custom action that apps have registered over their IPC channels.
  record Trigger(List<String> targets, String action, Optional<String> parameter)
      implements OnTargets {
    public Trigger {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.TRIGGER;
    }

    @Override
    public JsonObject keys() {
      JsonObject json = OnTargets.super.keys().put(CommandKey.ACTION.keyword(), action);
      parameter.ifPresent(text -> json.put(CommandKey.PARAMETER.keyword(), text));
      return json;
    }
  }

  /// Starts the described apps.
  record StartApps(AppDescriptions apps) implements OnApps {
    @Override
    public CommandVerb verb() {
      return CommandVerb.START;
    }
  }

  /// Changes apps to match their description, or plans the changes.
  ///
  /// @param prune whether to delete apps that came from the same file but are not among `apps`
  /// @param dryRun whether to plan the changes without making them
  record Apply(AppDescriptions apps, boolean prune, boolean dryRun) implements OnApps {
    @Override
    public CommandVerb verb() {
      return dryRun ? CommandVerb.PLAN : CommandVerb.APPLY;
    }

    @Override
    public JsonObject keys() {
      return apps.keys().put(CommandKey.PRUNE.keyword(), prune);
    }
  }

  /// Saves the list of apps to disk, for use by [Resurrect].
  record Save() implements CommandRequest {
    @Override
    public CommandVerb verb() {
      return CommandVerb.SAVE;
    }

    @Override
    public JsonObject keys() {
      return new JsonObject();
    }
  }

  /// Starts the saved apps that are not in the daemon's list.
  record Resurrect() implements CommandRequest {
    @Override
    public CommandVerb verb() {
      return CommandVerb.RESURRECT;
    }

    @Override
    public JsonObject keys() {
      return new JsonObject();
    }
  }
}
