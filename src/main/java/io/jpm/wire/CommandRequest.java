package io.jpm.wire;

import io.jpm.model.access.Role;
import io.jpm.model.run.Signal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A request on `jpm.command`, as `docs/bridge.md` describes them.
///
/// Targets are what the command line takes too: a name, a namespace, an id, `all`, `/regex/`.
public sealed interface CommandRequest {
  /// The version of requests and replies, `v`.
  int VERSION = 1;

  /// How many events come unless the request says so.
  int DEFAULT_EVENTS = 100;

  /// How many lines of each log come unless the request says so.
  int DEFAULT_LINES = 15;

  /// What is asked for.
  CommandVerb verb();

  /// The least role that may ask for it.
  default Role needs() {
    return verb().needs();
  }

  /// Its keys beside `v` and `verb`.
  JsonObject keys();

  /// The JSON form.
  default JsonObject toJson() {
    return new JsonObject().put("v", VERSION).put("verb", verb().word()).mergeIn(keys());
  }

  /// One that acts on what is in the list.
  sealed interface OnTargets extends CommandRequest {
    /// Which instances; of a `list` empty: all.
    List<String> targets();

    @Override
    default JsonObject keys() {
      return targets().isEmpty()
          ? new JsonObject()
          : new JsonObject().put(CommandKey.TARGETS.word(), new JsonArray(targets()));
    }
  }

  /// One that describes apps.
  sealed interface OfApps extends CommandRequest {
    /// The apps.
    Described apps();

    @Override
    default Role needs() {
      return Role.ADMIN;
    }

    @Override
    default JsonObject keys() {
      return apps().keys();
    }
  }

  /// Apps as in a process file.
  ///
  /// @param json the array of apps as a text
  /// @param cwd where relative paths begin, absolute
  /// @param env the variables of a shell, which the apps inherit; empty: PATH, HOME and LANG of the
  ///   daemon
  /// @param file the process file in which they stand, absolute: it is remembered with them
  record Described(String json, Path cwd, Optional<Map<String, String>> env, Optional<Path> file) {
    public Described {
      env = env.map(Map::copyOf);
    }

    JsonObject keys() {
      var json =
          new JsonObject()
              .put(CommandKey.APPS.word(), new JsonArray(this.json))
              .put(CommandKey.CWD.word(), cwd.toString());
      env.ifPresent(all -> json.put(CommandKey.ENV.word(), new JsonObject(Map.copyOf(all))));
      file.ifPresent(path -> json.put(CommandKey.FILE.word(), path.toString()));
      return json;
    }
  }

  /// Whether the daemon lives, and which it is.
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

  /// Instances as they are; without targets all.
  record ListThem(List<String> targets) implements OnTargets {
    public ListThem {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.LIST;
    }
  }

  /// Instances as they are, with what their owner has described.
  record Describe(List<String> targets) implements OnTargets {
    public Describe {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.DESCRIBE;
    }
  }

  /// What has happened.
  ///
  /// @param after the number of the last event that is known; empty: the latest events are wanted
  /// @param limit how many at most
  /// @param app of this app only; empty: of all that may be seen
  record Events(OptionalLong after, int limit, Optional<String> app) implements CommandRequest {
    @Override
    public CommandVerb verb() {
      return CommandVerb.EVENTS;
    }

    @Override
    public JsonObject keys() {
      var json = new JsonObject();
      after.ifPresent(number -> json.put(CommandKey.AFTER.word(), number));
      json.put(CommandKey.LIMIT.word(), limit);
      app.ifPresent(name -> json.put(CommandKey.APP_NAME.word(), name));
      return json;
    }
  }

  /// The last lines of logs.
  ///
  /// @param lines how many of each log
  /// @param stream of which stream; empty: both
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
      JsonObject json = OnTargets.super.keys().put(CommandKey.LINES.word(), lines);
      stream.ifPresent(one -> json.put(CommandKey.STREAM.word(), one.word()));
      return json;
    }
  }

  /// What a line was printed to.
  enum Stream {
    OUT("out"),
    ERR("err");

    private final String word;

    Stream(String word) {
      this.word = word;
    }

    /// As it is written.
    public String word() {
      return word;
    }

    /// The stream of that word; empty: there is none.
    public static Optional<Stream> of(String word) {
      return List.of(values()).stream().filter(stream -> stream.word.equals(word)).findFirst();
    }
  }

  /// Does something to instances that are in the list.
  record Act(Action action, List<String> targets) implements OnTargets {
    public Act {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return action.verb;
    }
  }

  /// What [Act] does.
  enum Action {
    /// Starts those that do not run; those that run are restarted.
    START(CommandVerb.START),
    STOP(CommandVerb.STOP),
    RESTART(CommandVerb.RESTART),
    DELETE(CommandVerb.DELETE),
    /// Forgets how often they were started again.
    RESET(CommandVerb.RESET);

    private final CommandVerb verb;

    Action(CommandVerb verb) {
      this.verb = verb;
    }
  }

  /// Replaces processes without a gap.
  ///
  /// @param parallel how many instances of an app at a time
  record Reload(List<String> targets, int parallel) implements OnTargets {
    public Reload {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.RELOAD;
    }

    @Override
    public JsonObject keys() {
      return OnTargets.super.keys().put(CommandKey.PARALLEL.word(), parallel);
    }
  }

  /// Gives one app more or fewer instances.
  ///
  /// @param target a name, or the id of one of its instances
  /// @param relative whether `number` is how many more, not how many
  record Scale(String target, boolean relative, int number) implements CommandRequest {
    @Override
    public CommandVerb verb() {
      return CommandVerb.SCALE;
    }

    @Override
    public JsonObject keys() {
      return new JsonObject()
          .put(CommandKey.TARGET.word(), target)
          .put((relative ? CommandKey.BY : CommandKey.TO).word(), number);
    }
  }

  /// Signals main processes.
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
      return OnTargets.super.keys().put(CommandKey.SIGNAL.word(), signal.name());
    }
  }

  /// Puts a value into the channels of apps.
  ///
  /// @param value as a JSON value is held by Vert.x
  record Tell(List<String> targets, @Nullable Object value) implements OnTargets {
    public Tell {
      targets = List.copyOf(targets);
    }

    @Override
    public CommandVerb verb() {
      return CommandVerb.MESSAGE;
    }

    @Override
    public JsonObject keys() {
      return OnTargets.super.keys().put(CommandKey.MESSAGE.word(), value);
    }
  }

  /// Writes a line to the standard input of one instance.
  ///
  /// @param target an id, or another word for one instance
  /// @param line without its end
  record TypeLine(String target, String line) implements CommandRequest {
    @Override
    public CommandVerb verb() {
      return CommandVerb.TYPE;
    }

    @Override
    public JsonObject keys() {
      return new JsonObject()
          .put(CommandKey.TARGET.word(), target)
          .put(CommandKey.LINE.word(), line);
    }
  }

  /// Has apps do what they have offered over their channels.
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
      JsonObject json = OnTargets.super.keys().put(CommandKey.ACTION.word(), action);
      parameter.ifPresent(text -> json.put(CommandKey.PARAMETER.word(), text));
      return json;
    }
  }

  /// Starts apps as they are described here.
  record StartApps(Described apps) implements OfApps {
    @Override
    public CommandVerb verb() {
      return CommandVerb.START;
    }
  }

  /// Has apps be as they are described here, or says what that would change.
  ///
  /// @param prune whether apps that have come from the same file and are not among these go
  /// @param dry whether nothing is done
  record Apply(Described apps, boolean prune, boolean dry) implements OfApps {
    @Override
    public CommandVerb verb() {
      return dry ? CommandVerb.PLAN : CommandVerb.APPLY;
    }

    @Override
    public JsonObject keys() {
      return apps.keys().put(CommandKey.PRUNE.word(), prune);
    }
  }

  /// Writes the list of apps to the disk, for [Resurrect].
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

  /// Starts what was saved and is not in the list.
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
